#pragma once

#include "catalogue.h"
#include "site_routes.h"

namespace frontend {

/// The shop's pages: `/`, `/shop`, `/shop/{id}` and `/shop/{id}/{slug}`.
chassis::Routes shop_routes(const Site& site, Catalogue& catalogue);

}  // namespace frontend
