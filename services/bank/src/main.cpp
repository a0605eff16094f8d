#include "bank_embedded.h"
#include "charge_routes.h"
#include "charge_store.h"
#include "chassis/app.h"
#include "fault_routes.h"
#include "fault_store.h"
#include "ledger_routes.h"
#include "ledger_store.h"
#include "token_routes.h"
#include "token_store.h"

namespace bank {

struct Settings {
  std::string currency;                  // of every amount
  std::string merchant_key;              // what the merchant proves itself with
  std::chrono::milliseconds token_life;  // until a token has its first charge
  bool faulty;                           // whether faults can be switched on

  explicit Settings(chassis::Config& config)
      : currency{config.text("CURRENCY", "EUR")},
        merchant_key{config.secret("MERCHANT_KEY")},
        token_life{config.integer("TOKEN_MS", 100, 86'400'000, 3'600'000)} {
    if (!chassis::is_currency(currency)) config.reject("CURRENCY must be a code such as EUR");
    const auto faults = config.text("FAULTS", "off");
    faulty = faults == "on";
    if (!faulty && faults != "off") config.reject("FAULTS must be on or off");
  }
};

void wire(chassis::App& app) {
  constexpr std::int64_t purged_at_once = 1'000;
  const Settings settings{app.config()};
  app.check_settings();
  auto& database = app.database();
  const auto tokens = std::make_shared<PostgresTokens>(database, settings.token_life);
  const auto charges = std::make_shared<PostgresCharges>(database, settings.currency);
  const auto ledger = std::make_shared<PostgresLedger>(database, settings.currency);
  const auto faults = std::make_shared<PostgresFaults>(database);
  const NextMishap none = [] { return Mishap{}; };
  const NextMishap next = [faults] { return faults->next(); };
  app.routes(token_routes(tokens) + ledger_routes(ledger, settings.merchant_key) +
             charge_routes(charges, once_in(database, settings.currency), settings.merchant_key,
                           settings.faulty ? next : none));
  if (settings.faulty) app.routes(fault_routes(faults));
  app.every(std::chrono::minutes{1}, "forget tokens", [=] { tokens->purge(purged_at_once); });
  app.every(std::chrono::seconds{5}, "tell the balance", [=] { measure(*ledger); });
}

}  // namespace bank

int main(int argc, char** argv) {
  return chassis::App::run("bank", argc, argv, bank::embedded(), chassis::Storage::postgres,
                           bank::wire);
}
