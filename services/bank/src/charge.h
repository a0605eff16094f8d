#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "chassis/money.h"

namespace bank {

constexpr std::size_t reference_max = 100;
constexpr std::int64_t amount_max = 1'000'000'000'000;  // minor units

/// What a merchant wants from a card.
struct ChargeDraft {
  std::string token;
  chassis::Money amount;
  std::string reference;  // the merchant's own name for what is paid, 1..reference_max characters
};

struct Charge {
  std::string id;
  std::string reference;
  std::string status;                         // captured or declined
  std::optional<std::string> decline_reason;  // declined or no-funds
  chassis::Money amount;
  chassis::Money refunded;  // of `amount`, so far
  std::string brand;
  std::string last4;
  chassis::Time created_at;

  bool captured() const { return !decline_reason; }
};

struct RefundDraft {
  chassis::Money amount;
};

struct Refund {
  std::string id;
  std::string charge_id;
  chassis::Money amount;
  chassis::Time created_at;
};

/// Throws Error{invalid} pointing at /amount unless it is 1..amount_max of this currency.
void check(const chassis::Money& amount, const std::string& currency);

}  // namespace bank
