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

/// Moves money, in the transaction of whoever made it, which also keeps the answer to the request.
class Teller {
 public:
  virtual ~Teller() = default;

  /// Charges the token's card, `times` times over (a bank's defect, for tests); returns the first.
  /// Throws Error{invalid} for an amount that check() refuses, or pointing at /token when there is
  /// none or its time is over.
  virtual Charge charge(const ChargeDraft& draft, int times) = 0;

  /// Gives money back. Throws Error{not_found} when there is no such charge, Error{invalid} when
  /// check() does, Error{conflict} of type "refund-exceeds" when less is left of the capture.
  virtual Refund refund(const std::string& charge_id, const chassis::Money& amount) = 0;
};

/// The charges, wherever they are kept.
class Charges {
 public:
  virtual ~Charges() = default;

  /// Those of a reference: captured ones first, each kind oldest first, at most `most`.
  virtual std::vector<Charge> find(const std::string& reference, std::int64_t most) = 0;
};

/// Throws Error{invalid} pointing at /amount unless it is 1..amount_max of this currency.
void check(const chassis::Money& amount, const std::string& currency);

}  // namespace bank
