#pragma once

#include "buyer.h"
#include "chassis/events.h"
#include "order.h"

namespace order {

/// Tells the other services, when the transaction commits, that the order is confirmed or cancelled
/// (its status says which). README.md has the events.
void tell(chassis::Transaction& transaction, const Order& order, const Buyer& buyer);

}  // namespace order
