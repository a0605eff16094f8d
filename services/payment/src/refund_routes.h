#pragma once

#include <memory>

#include "chassis/http.h"
#include "settlement.h"

namespace payment {

/// Giving money back, for orders and bookings; README.md describes it.
chassis::Routes refund_routes(const std::shared_ptr<Settlement>& settlement);

}  // namespace payment
