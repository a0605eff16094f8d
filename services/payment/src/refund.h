#pragma once

#include <string>
#include <vector>

#include "payment.h"

namespace payment {

/// Money that goes back to the card.
struct Refund {
  std::string id;  // a UUID
  std::string owner_id;
  std::string kind;            // asked, void or surplus
  std::string bank_reference;  // the charge that it comes from
  chassis::Money amount;
  std::string status;  // pending, refunded or refused
  /// So old that the bank may have forgotten whether it was asked before.
  bool old = false;
};

/// Throws Error{invalid} unless this is 1 or more of this currency.
void check_refund(const chassis::Money& amount, const std::string& currency);

/// Error{conflict} of type "refund-exceeds" with the member `refundable`.
chassis::Error refund_exceeds(const chassis::Money& refundable);

/// What goes back, wherever it is kept; as for Payments, nothing here talks to the bank. All that
/// goes back of a payment, surplus aside, is never more than was captured.
class Refunds {
 public:
  virtual ~Refunds() = default;

  /// Stores the refund as pending, or finds it. Throws Error{not_found} without a payment,
  /// Error{conflict} of type "refund-exceeds", "voided" or, when nothing was captured,
  /// "not-captured"; also when the id is another refund's.
  virtual Refund ask(const std::string& owner_id, const std::string& refund_id,
                     const chassis::Money& amount, const Turn& turn) = 0;

  /// Plans to give back all that is left of what was captured.
  virtual void plan_void(const Payment& payment, const Turn& turn) = 0;
  /// Plans to give back these charges, which nobody counts on, and ends the payment's watch when
  /// its time is over.
  virtual void plan_surplus(const Payment& payment, const std::vector<Charge>& surplus) = 0;

  /// Oldest first.
  virtual std::vector<Refund> pending(const std::string& payment_id) = 0;
  /// `status` is refunded or refused. False when it had ended already.
  virtual bool end(const Payment& payment, const Refund& refund, const char* status,
                   const Turn& turn) = 0;
  /// Throws Error{not_found}.
  virtual Refund find(const std::string& refund_id) = 0;
};

}  // namespace payment
