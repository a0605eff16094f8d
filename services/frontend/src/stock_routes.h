#pragma once

#include "catalogue.h"
#include "site_routes.h"
#include "stock.h"

namespace frontend {

/// Keeping the shop, for administrators: `/admin/stock` lists and finds goods, `/admin/stock/new`
/// adds one, `/admin/stock/{id}` changes one and counts its pieces.
chassis::Routes stock_routes(const Site& site, Catalogue& catalogue, Storeroom& storeroom);

}  // namespace frontend
