#pragma once

#include <memory>
#include <string>

#include "cart.h"
#include "chassis/http.h"
#include "stock.h"

namespace order {

/// Carts for customers and guests; openapi.yaml describes the same routes.
chassis::Routes cart_routes(const std::shared_ptr<Carts>& carts,
                            const std::shared_ptr<Stock>& stock, const std::string& currency);

}  // namespace order
