#include "buyer_events.h"
#include "buyer_store.h"
#include "cancel_routes.h"
#include "cancel_saga.h"
#include "cancel_store.h"
#include "cart_routes.h"
#include "cart_store.h"
#include "chassis/app.h"
#include "checkout_routes.h"
#include "checkout_saga.h"
#include "checkout_store.h"
#include "order_embedded.h"
#include "order_routes.h"
#include "order_store.h"
#include "peer_routes.h"

namespace order {

struct Settings {
  std::string currency;            // of every price
  std::int64_t cancel_days;        // after an order was confirmed
  std::int64_t tax_percent;        // contained in every price
  std::chrono::milliseconds wait;  // for an order, before it is answered 202

  explicit Settings(chassis::Config& config)
      : currency{config.text("CURRENCY", "EUR")},
        cancel_days{config.integer("CANCEL_DAYS", 0, 3650, 14)},
        tax_percent{config.integer("TAX_PERCENT", 0, 100, 20)},
        wait{config.integer("WAIT_MS", 0, 60'000, 1500)} {
    if (!chassis::is_currency(currency)) config.reject("CURRENCY must be a code such as EUR");
  }
};

void wire(chassis::App& app) {
  const Settings settings{app.config()};
  const auto& [currency, cancel_days, tax_percent, wait] = settings;
  auto& database = app.database();
  const Desk desk{database, app.sagas(), wait};
  const auto stock = std::make_shared<ProductRoutes>(app.client("product"), currency);
  const auto payments = std::make_shared<PaymentRoutes>(app.client("payment"));
  const auto carts = std::make_shared<PostgresCarts>(database, currency);
  const auto checkouts = std::make_shared<PostgresCheckouts>(database, currency, tax_percent);
  const auto cancellations = std::make_shared<PostgresCancellations>(database);
  const auto buyers = std::make_shared<PostgresBuyers>();
  consume(app.events(), buyers);
  app.check_settings();
  app.sagas().add(checkout_kind({checkouts, stock, payments, buyers, &chassis::system_clock()}));
  app.sagas().add(cancel_kind(cancellations, payments, buyers));
  app.routes(cart_routes(carts, stock, currency) + checkout_routes(desk, checkouts, currency) +
             cancel_routes(desk, cancellations, cancel_days) +
             order_routes(std::make_shared<PostgresOrders>(database)));
  app.every(std::chrono::minutes{1}, "tidy up carts", [=] { tidy_up(*carts); });
}

}  // namespace order

int main(int argc, char** argv) {
  return chassis::App::run("order", argc, argv, order::embedded(), chassis::Storage::postgres,
                           order::wire);
}
