#pragma once

#include <memory>

#include "chassis/cache.h"
#include "chassis/http.h"
#include "reservation.h"

namespace product {

/// Reservations for the peers of this installation; README.md describes them. `cache` forgets the
/// products whose stock changes.
chassis::Routes reservation_routes(const std::shared_ptr<Reservations>& reservations,
                                   const std::shared_ptr<chassis::Cache>& cache);

}  // namespace product
