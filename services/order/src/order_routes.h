#pragma once

#include <memory>

#include "chassis/http.h"
#include "order.h"

namespace order {

/// Orders as their customers read them, as openapi.yaml describes it, and as the books have them
/// (GET /internal/books, in README.md).
chassis::Routes order_routes(const std::shared_ptr<Orders>& orders);

}  // namespace order
