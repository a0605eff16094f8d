#include "book_routes.h"
#include "book_store.h"
#include "category_routes.h"
#include "category_store.h"
#include "chassis/app.h"
#include "demo_json.h"
#include "demo_store.h"
#include "product_embedded.h"
#include "product_routes.h"
#include "product_store.h"
#include "reservation_events.h"
#include "reservation_routes.h"
#include "reservation_store.h"

namespace product {

struct Settings {
  std::string currency;                        // of every price
  std::chrono::milliseconds reservation_life;  // until an unfinished one ends
  std::chrono::milliseconds expiry_period;     // between looks for those
  std::size_t cache_bytes;                     // of products in memory
  std::int64_t low_stock;                      // few pieces: a sale down to these is told
  explicit Settings(chassis::Config& config)
      : currency{config.text("CURRENCY", "EUR")},
        reservation_life{config.integer("RESERVATION_MS", 100, 86'400'000, 900'000)},
        expiry_period{config.integer("EXPIRY_PERIOD_MS", 100, 3'600'000, 5'000)},
        cache_bytes{std::size_t(config.integer("CACHE_BYTES", 0, 1'000'000'000, 16'000'000))},
        low_stock{config.integer("LOW_STOCK", 0, stock_max, 5)} {
    if (!chassis::is_currency(currency)) config.reject("CURRENCY must be a code such as EUR");
  }
};

void wire(chassis::App& app) {
  const Settings settings{app.config()};
  auto& database = app.database();
  const auto cache = std::make_shared<chassis::Cache>("products", settings.cache_bytes,
                                                      app.listener(), "product_changed");
  const auto reservations = std::make_shared<PostgresReservations>(
      database, settings.currency, settings.reservation_life, settings.low_stock);
  consume(app.events(), reservations);
  app.check_settings();
  app.routes(product_routes(std::make_shared<PostgresProducts>(database, settings.currency),
                            once_in(database, settings.currency), cache) +
             category_routes(std::make_shared<PostgresCategories>(database)) +
             reservation_routes(reservations, cache) +
             book_routes(std::make_shared<PostgresBooks>(database)));
  app.every(settings.expiry_period, "end reservations", [=] { end_expired(*reservations); });
  app.command("seed", [&app, currency = settings.currency](const auto& arguments) {
    return seed(arguments, [&](std::size_t most) {
      return load(app.database(), demo_catalogue(app.files(), most, currency));
    });
  });
}

}  // namespace product

int main(int argc, char** argv) {
  return chassis::App::run("product", argc, argv, product::embedded(), chassis::Storage::postgres,
                           product::wire);
}
