#pragma once

#include "cart.h"
#include "site_routes.h"

namespace frontend {

/// Signing in, up and out, and the account: `/signin`, `/signup`, `/signout`,
/// `/signout/everywhere`, `/account` and `/account/name`. What changes something is a POST of a
/// form of ours, and is answered with the address to look at next. Whoever signs in or up takes
/// along what they gathered as a guest.
chassis::Routes account_routes(const Site& site, Carts& carts);

}  // namespace frontend
