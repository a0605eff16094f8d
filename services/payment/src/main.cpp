#include "bank_routes.h"
#include "chassis/app.h"
#include "payment_embedded.h"
#include "payment_routes.h"

namespace payment {

using std::chrono::milliseconds;

struct Settings {
  std::string currency;           // of every payment
  std::string bank_key;           // what the bank knows us by
  std::string tokenise_url;       // the bank's, as a browser reaches it
  milliseconds bank_patience;     // with one call to the bank
  milliseconds reconcile_period;  // between looks for what is due
  Timing timing{};
  std::int64_t record_years;  // how long the legal record is kept

  explicit Settings(chassis::Config& config)
      : currency{config.text("CURRENCY", "EUR")},
        bank_key{config.secret("BANK_KEY")},
        tokenise_url{config.text("TOKENISE_URL", "/bank/v1/tokens")},
        bank_patience{config.integer("BANK_TIMEOUT_MS", 100, 20'000, 10'000)},
        reconcile_period{config.integer("RECONCILE_PERIOD_MS", 50, 3'600'000, 1'000)},
        record_years{config.integer("RECORD_YEARS", 1, 100, 10)} {
    timing.check_after = milliseconds{config.integer("CHECK_AFTER_MS", 0, 86'400'000, 5'000)};
    timing.watch = milliseconds{config.integer("WATCH_MS", 0, 86'400'000, 600'000)};
    timing.abandon_after =
        milliseconds{config.integer("ABANDON_MS", 60'000, 864'000'000, 86'400'000)};
    timing.retry_first = milliseconds{config.integer("RETRY_MS", 10, 60'000, 1'000)};
    timing.retry_most = milliseconds{config.integer("RETRY_MAX_MS", 10, 3'600'000, 60'000)};
    if (!chassis::is_currency(currency)) config.reject("CURRENCY must be a code such as EUR");
  }
};

void wire(chassis::App& app) {
  const Settings settings{app.config()};
  auto& bank_client = app.outside_client("bank");
  app.events();  // what is published goes out
  app.check_settings();
  auto& database = app.database();
  const auto payments = std::make_shared<Payments>(database, settings.currency, settings.timing);
  const auto records = std::make_shared<Records>(database);
  const auto bank =
      std::make_shared<BankRoutes>(bank_client, settings.bank_key, settings.bank_patience);
  const auto settlement = std::make_shared<Settlement>(payments, bank, settings.bank_patience);
  app.when_migrated([&database, years = settings.record_years](chassis::Database& owner) {
    set_term(owner, years);
    require_append_only(database);
  });
  app.routes(peer_routes(settlement, payments) +
             public_routes(payments, records, bank_card_form(settings.tokenise_url)));
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
