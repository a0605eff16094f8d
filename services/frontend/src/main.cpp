#include <memory>

#include "account_routes.h"
#include "asset_routes.h"
#include "cart_routes.h"
#include "chassis/app.h"
#include "chassis/auth.h"
#include "checkout_routes.h"
#include "order_routes.h"
#include "peer_routes.h"
#include "shop_routes.h"
#include "stock_routes.h"

namespace frontend {

chassis::Files embedded();

namespace {

/// What the routes refer to while they serve.
struct Parts {
  Pages pages;
  Assets assets;
  Peers peers;
  FormTokens form_tokens;
  Site site;

  Parts(chassis::App& app, std::string form_key)
      : pages{app.files()},
        assets{app.files()},
        peers{app.client("user"), app.client("product"), app.client("order"),
              app.client("payment")},
        form_tokens{std::move(form_key)},
        site{pages, assets, form_tokens, peers.accounts, app.config().text("CURRENCY", "EUR")} {}
};

std::unique_ptr<Parts> wire(chassis::App& app) {
  auto form_key = app.config().has("CSRF_SECRET")
                      ? app.config().secret("CSRF_SECRET")  // else one that all replicas make alike
                      : chassis::hmac_sha256(app.internal_token(), "frontend forms");
  auto parts = std::make_unique<Parts>(app, std::move(form_key));
  app.check_settings();
  auto& [accounts, catalogue, storeroom, carts, orders, payments] = parts->peers;
  const auto& site = parts->site;
  app.routes(shop_routes(site, catalogue) + account_routes(site, carts) +
             cart_routes(site, carts, catalogue) +
             checkout_routes(site, {carts, orders, payments}) +
             order_routes(site, orders, catalogue) + stock_routes(site, catalogue, storeroom) +
             asset_routes(parts->assets) + lost_routes(site));
  return parts;
}

}  // namespace
}  // namespace frontend

int main(int argc, char** argv) {
  std::unique_ptr<frontend::Parts> parts;  // outlives the routes
  return chassis::App::run("frontend", argc, argv, frontend::embedded(), chassis::Storage::none,
                           [&parts](chassis::App& app) { parts = frontend::wire(app); });
}
