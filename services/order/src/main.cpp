#include "cart_routes.h"
#include "cart_store.h"
#include "chassis/app.h"
#include "order_embedded.h"
#include "peer_routes.h"

namespace order {

struct Settings {
  std::string currency;  // of every price

  explicit Settings(chassis::Config& config) : currency{config.text("CURRENCY", "EUR")} {
    if (!chassis::is_currency(currency)) config.reject("CURRENCY must be a code such as EUR");
  }
};

void wire(chassis::App& app) {
  const Settings settings{app.config()};
  auto& product = app.client("product");
  app.check_settings();
  const auto carts = std::make_shared<PostgresCarts>(app.database(), settings.currency);
  const auto stock = std::make_shared<ProductRoutes>(product, settings.currency);
  app.routes(cart_routes(carts, stock, settings.currency));
  app.every(std::chrono::minutes{1}, "tidy up carts", [=] { tidy_up(*carts); });
}

}  // namespace order

int main(int argc, char** argv) {
  return chassis::App::run("order", argc, argv, order::embedded(), chassis::Storage::postgres,
                           order::wire);
}
