#pragma once

#include <cstdint>
#include <string>

#include "chassis/events.h"
#include "product.h"

namespace product {

/// Tell the other services, when the transaction commits, what a product is now (product.changed),
/// or that few pieces are left (stock.low). README.md has the events.
void tell_changed(chassis::Transaction& transaction, const Product& product, bool listed = true);
void tell_low(chassis::Transaction& transaction, const LowStock& low);

}  // namespace product
