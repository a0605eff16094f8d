#include <iostream>

#include "category_routes.h"
#include "category_store.h"
#include "chassis/app.h"
#include "chassis/idempotency.h"
#include "demo_json.h"
#include "demo_store.h"
#include "product_embedded.h"
#include "product_routes.h"
#include "product_store.h"
#include "reservation_routes.h"
#include "reservation_store.h"

namespace product {

struct Settings {
  std::string currency;                        // of every price
  std::chrono::milliseconds reservation_life;  // until an unfinished one ends
  std::chrono::milliseconds expiry_period;     // between looks for those
  std::int64_t cache_bytes;                    // of products in memory

  explicit Settings(chassis::Config& config)
      : currency{config.text("CURRENCY", "EUR")},
        reservation_life{config.integer("RESERVATION_MS", 100, 86'400'000, 900'000)},
        expiry_period{config.integer("EXPIRY_PERIOD_MS", 100, 3'600'000, 5'000)},
        cache_bytes{config.integer("CACHE_BYTES", 0, 1'000'000'000, 16'000'000)} {
    if (!chassis::is_currency(currency)) config.reject("CURRENCY must be a code such as EUR");
  }
};

void wire(chassis::App& app) {
  const Settings settings{app.config()};
  app.check_settings();
  auto& database = app.database();
  const auto cache =
      std::make_shared<chassis::Cache>("products", static_cast<std::size_t>(settings.cache_bytes),
                                       app.listener(), "product_changed");
  const auto reservations = std::make_shared<PostgresReservations>(database, settings.currency,
                                                                   settings.reservation_life);
  app.routes(product_routes(std::make_shared<PostgresProducts>(database, settings.currency),
                            once_in(database, settings.currency), cache) +
             category_routes(std::make_shared<PostgresCategories>(database)) +
             reservation_routes(reservations, cache));
  app.every(settings.expiry_period, "end reservations", [=] { end_expired(*reservations); });
  app.command("seed", [&app, currency = settings.currency](const auto& arguments) {
    const auto most = demo_most(arguments);
    if (!most) std::cerr << "usage: product seed [--size small|large]\n";
    if (!most) return 2;
    std::cout << load(app.database(), demo_catalogue(app.files(), *most, currency)) << " loaded\n";
    return 0;
  });
}

}  // namespace product

int main(int argc, char** argv) {
  return chassis::App::run("product", argc, argv, product::embedded(), chassis::Storage::postgres,
                           product::wire);
}
