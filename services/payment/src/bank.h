#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chassis/money.h"

namespace payment {

/// What the bank is to take from a card.
struct ChargeOrder {
  std::string key;  // the same key never charges twice
  std::string token;
  chassis::Money amount;
  std::string reference;  // our own name for it, by which it is found again
};

/// A charge that the bank knows.
struct Charge {
  std::string id{};  // empty: the bank refused the token and made no charge
  bool captured = false;
  std::string decline_reason{};  // declined or no-funds, unless captured
  chassis::Money amount{};
  chassis::Money refunded{};
  std::optional<std::string> brand{};
  std::optional<std::string> last4{};
};

struct RefundOrder {
  std::string key;        // the same key never gives back twice
  std::string charge_id;  // the bank's
  chassis::Money amount;
};

enum class RefundAnswer {
  done,
  refused,  // the charge does not hold so much
  unknown,
};

/// The bank, as far as this service needs one; the only other file that knows which is bank_routes.
/// Nothing is taken on trust: an answer that is not exactly what its promise says is none. Never
/// throws. Takes as long as the Context has, and not more than a setting.
class Bank {
 public:
  virtual ~Bank() = default;

  /// Nothing: it is not known whether the card was charged.
  virtual std::optional<Charge> charge(const ChargeOrder& order) = 0;

  /// All charges with this reference, in this currency, those that were captured in the order of
  /// their making. Nothing: the bank gave no usable answer.
  virtual std::optional<std::vector<Charge>> find(const std::string& reference,
                                                  const std::string& currency) = 0;

  virtual RefundAnswer refund(const RefundOrder& order) = 0;
};

}  // namespace payment
