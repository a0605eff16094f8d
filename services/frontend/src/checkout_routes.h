#pragma once

#include "order.h"
#include "payment.h"
#include "site_routes.h"

namespace frontend {

/// What a checkout asks.
struct Till {
  Carts& carts;
  Orders& orders;
  Payments& payments;
};

/// Buying what is in the cart: `/checkout`. The card is typed into a page of ours and sent by it to
/// where payments say; what comes back to us is a token. A page carries the key of its purchase, so
/// that sent twice it buys once.
chassis::Routes checkout_routes(const Site& site, const Till& till);

}  // namespace frontend
