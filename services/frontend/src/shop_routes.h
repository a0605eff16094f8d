#pragma once

#include "catalogue.h"
#include "site_routes.h"

namespace frontend {

/// The address of a product's page, and of its picture: in its query stands what to draw. Only
/// pictures of this site are shown.
std::string product_path(const Ware& ware);
std::string picture_path(const Ware& ware);

/// The shop's pages: `/`, `/shop`, `/shop/{id}` and `/shop/{id}/{slug}`.
chassis::Routes shop_routes(const Site& site, Catalogue& catalogue);

}  // namespace frontend
