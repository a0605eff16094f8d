#include <memory>
#include <string>

#include "account_routes.h"
#include "asset_routes.h"
#include "chassis/app.h"
#include "chassis/auth.h"
#include "peer_routes.h"
#include "shop_routes.h"

namespace frontend {

chassis::Files embedded();

namespace {

/// What the routes refer to while they serve.
struct Parts {
  Pages pages;
  Assets assets;
  FormTokens form_tokens;
  UserRoutes accounts;
  ProductRoutes catalogue;
  Site site;

  Parts(const chassis::Files& files, std::string form_key, chassis::Client& user,
        chassis::Client& product, std::string currency)
      : pages{files},
        assets{files},
        form_tokens{std::move(form_key)},
        accounts{user},
        catalogue{product},
        site{pages, assets, form_tokens, accounts, std::move(currency)} {}
};

std::unique_ptr<Parts> wire(chassis::App& app) {
  auto& user = app.client("user");
  auto& product = app.client("product");
  const auto currency = app.config().text("CURRENCY", "EUR");
  auto form_key = app.config().has("CSRF_SECRET") ? app.config().secret("CSRF_SECRET") : "";
  app.check_settings();
  if (form_key.empty()) {  // one that all replicas make alike
    form_key = chassis::hmac_sha256(app.internal_token(), "frontend forms");
  }
  auto parts = std::make_unique<Parts>(app.files(), form_key, user, product, currency);
  app.routes(shop_routes(parts->site, parts->catalogue) + account_routes(parts->site) +
             asset_routes(parts->assets) + lost_routes(parts->site));
  return parts;
}

}  // namespace
}  // namespace frontend

int main(int argc, char** argv) {
  std::unique_ptr<frontend::Parts> parts;  // outlives the routes
  return chassis::App::run("frontend", argc, argv, frontend::embedded(), chassis::Storage::none,
                           [&parts](chassis::App& app) { parts = frontend::wire(app); });
}
