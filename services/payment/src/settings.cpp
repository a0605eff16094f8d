#include "settings.h"

namespace payment {

using std::chrono::milliseconds;

Settings::Settings(chassis::Config& config)
    : currency{config.text("CURRENCY", "EUR")},
      bank_key{config.secret("BANK_KEY")},
      tokenise_url{config.text("TOKENISE_URL", "/bank/v1/tokens")},
      bank_patience{config.integer("BANK_TIMEOUT_MS", 100, 20'000, 10'000)},
      reconcile_period{config.integer("RECONCILE_PERIOD_MS", 50, 3'600'000, 1'000)},
      record_years{config.integer("RECORD_YEARS", 1, 100, 10)},
      timing{.check_after = milliseconds{config.integer("CHECK_AFTER_MS", 0, 86'400'000, 5'000)},
             .watch = milliseconds{config.integer("WATCH_MS", 0, 86'400'000, 600'000)},
             .abandon_after =
                 milliseconds{config.integer("ABANDON_MS", 60'000, 864'000'000, 86'400'000)},
             .retry_first = milliseconds{config.integer("RETRY_MS", 10, 60'000, 1'000)},
             .retry_most = milliseconds{config.integer("RETRY_MAX_MS", 10, 3'600'000, 60'000)}} {
  if (!chassis::is_currency(currency)) config.reject("CURRENCY must be a code such as EUR");
}

}  // namespace payment
