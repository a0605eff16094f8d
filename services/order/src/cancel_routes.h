#pragma once

#include <memory>

#include "cancel.h"
#include "desk_routes.h"

namespace order {

/// POST /v1/orders/{id}/cancel, as openapi.yaml describes it, for so many days after an order was
/// confirmed.
chassis::Routes cancel_routes(const Desk& desk, const std::shared_ptr<Cancellations>& cancellations,
                              std::int64_t days);

}  // namespace order
