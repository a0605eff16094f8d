#include "bank_routes.h"
#include "book_routes.h"
#include "book_store.h"
#include "chassis/app.h"
#include "payment_embedded.h"
#include "payment_routes.h"
#include "payment_store.h"
#include "record_routes.h"
#include "record_store.h"
#include "refund_routes.h"
#include "refund_store.h"
#include "settings.h"

namespace payment {

void wire(chassis::App& app) {
  const Settings settings{app.config()};
  auto& bank_client = app.outside_client("bank");
  app.events();  // what is published goes out
  app.check_settings();
  auto& database = app.database();
  const auto payments =
      std::make_shared<PostgresPayments>(database, settings.currency, settings.timing);
  const auto records = std::make_shared<PostgresRecords>(database);
  const auto settlement = std::make_shared<Settlement>(
      payments, std::make_shared<PostgresRefunds>(database),
      std::make_shared<BankRoutes>(bank_client, settings.bank_key, settings.bank_patience),
      settings.currency, settings.bank_patience);
  app.when_migrated([&database, years = settings.record_years](chassis::Database& owner) {
    set_term(owner, years);
    require_append_only(database);
  });
  app.routes(payment_routes(settlement, payments, bank_card_form(settings.tokenise_url)) +
             refund_routes(settlement) + book_routes(std::make_shared<PostgresBooks>(database)) +
             record_routes(records));
  app.every(settings.reconcile_period, "reconcile payments", [=] { settlement->reconcile(); });
  app.every(std::chrono::hours{1}, "erase old records", [=] {
    while (records->erase_expired() > 0) {
    }
  });
}

}  // namespace payment

int main(int argc, char** argv) {
  return chassis::App::run("payment", argc, argv, payment::embedded(), chassis::Storage::postgres,
                           payment::wire);
}
