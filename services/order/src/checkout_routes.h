#pragma once

#include <memory>
#include <string>

#include "checkout.h"
#include "desk_routes.h"

namespace order {

/// POST /v1/orders, as openapi.yaml describes it.
chassis::Routes checkout_routes(const Desk& desk, const std::shared_ptr<Checkouts>& checkouts,
                                const std::string& currency);

}  // namespace order
