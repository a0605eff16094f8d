#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "chassis/config.h"
#include "payment.h"

namespace payment {

/// README.md says what each means.
struct Settings {
  explicit Settings(chassis::Config& config);

  std::string currency;
  std::string bank_key;
  std::string tokenise_url;
  std::chrono::milliseconds bank_patience;
  std::chrono::milliseconds reconcile_period;
  std::int64_t record_years;
  Timing timing;
};

}  // namespace payment
