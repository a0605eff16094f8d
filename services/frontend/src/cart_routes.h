#pragma once

#include <map>
#include <string>
#include <vector>

#include "cart.h"
#include "catalogue.h"
#include "site_routes.h"

namespace frontend {

/// The cart, a guest's too: `/cart`, and the forms that add to it, change it and empty it. A
/// visitor becomes a guest, remembered by a cookie, with the first thing added.
chassis::Routes cart_routes(const Site& site, Carts& carts, Catalogue& catalogue);

/// Moves what somebody gathered as a guest into the cart of who they now are. When that fails, it
/// is tried again at the next page about the cart; nothing else fails.
void bring_cart(Visit& visit, Carts& carts);

/// How products look, by their ids, as far as the catalogue can be reached in time.
std::map<std::string, Ware> looks_of(Catalogue& catalogue, const std::vector<std::string>& ids);

/// Adds `href` and `picture` of a product: its own, or a wrapped parcel when nobody knows better.
void show_ware(View& view, const std::string& product_id, const std::map<std::string, Ware>& looks);

}  // namespace frontend
