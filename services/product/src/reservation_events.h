#pragma once

#include <memory>

#include "chassis/events.h"
#include "reservation.h"

namespace product {

/// order.cancelled: the pieces that were sold to the order come back.
void take_back(Reservations& reservations, chassis::Transaction& transaction,
               const chassis::Event& event);

/// Consumes it.
void consume(chassis::Events& events, const std::shared_ptr<Reservations>& reservations);

}  // namespace product
