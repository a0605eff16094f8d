#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "chassis/cache.h"
#include "chassis/http.h"
#include "product.h"

namespace product {

/// Runs the effect in a transaction, once for each Idempotency-Key (chassis/idempotency.h).
using Once = std::function<chassis::Response(
    const chassis::Request& request, std::string_view route,
    const std::function<chassis::Response(ProductChanges& changes)>& effect)>;

/// The catalogue for everyone, and its changes for administrators; openapi.yaml describes the same
/// routes. `cache` holds answers about single products by their id.
chassis::Routes product_routes(const std::shared_ptr<Products>& products, const Once& once,
                               const std::shared_ptr<chassis::Cache>& cache);

}  // namespace product
