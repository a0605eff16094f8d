#pragma once

#include <string>

#include "chassis/money.h"

namespace order {

/// What an order tells of its payment.
struct Payment {
  std::string status;  // captured; voided: given back as the order failed; refunded: cancelled
  std::string brand;
  std::string last4;
  std::string bank_reference;
};

struct Charge {
  std::string order_id;
  std::string user_id;
  chassis::Money amount;
  std::string card_token;
};

/// Other people's money, moved by the payment service. Everything here throws Error{unavailable} or
/// Error{timeout} as long as it is not certain what became of the money; asking again is always
/// safe.
class Payments {
 public:
  virtual ~Payments() = default;

  /// Takes the amount, once. Throws Error{payment_required} of type "declined" or "no-funds";
  /// Error{conflict} after give_back(), or when the order was charged otherwise before.
  virtual Payment charge(const Charge& charge) = 0;

  /// Nothing is charged for the order from now on, and what had been was given back. Harmless
  /// before charge().
  virtual void give_back(const std::string& order_id) = 0;

  /// Gives `amount` of what was charged back, once.
  virtual void refund(const std::string& order_id, const chassis::Money& amount) = 0;
};

}  // namespace order
