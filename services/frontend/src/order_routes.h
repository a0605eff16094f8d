#pragma once

#include "catalogue.h"
#include "order.h"
#include "site_routes.h"

namespace frontend {

/// What somebody ordered: `/orders`, `/orders/{id}` and the form that cancels one. An order that is
/// still under way looks again by itself, a few times.
chassis::Routes order_routes(const Site& site, Orders& orders, Catalogue& catalogue);

}  // namespace frontend
