#pragma once

#include <vector>

#include "chassis/db.h"
#include "chassis/http.h"
#include "event_consumer.h"

namespace chassis {

/// What Events::routes() promises. Both arguments must outlive the routes.
Routes event_routes(Database& database, const std::vector<Subscription>& subscriptions);

}  // namespace chassis
