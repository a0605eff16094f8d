#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "bank.h"
#include "payment.h"
#include "refund.h"

namespace payment {

/// What is done about payments at the bank. Before the bank is asked to move money, it is written
/// down that it will be; what it answered is written down before anyone is told. The calls happen
/// outside any transaction, one caller at a time for each payment; whoever finds a payment halfway,
/// after whatever crash, asks the bank what became of it and goes on from there.
class Settlement {
 public:
  /// Everything is in this currency. `patience` bounds one call to the bank.
  Settlement(std::shared_ptr<Payments> payments, std::shared_ptr<Refunds> refunds,
             std::shared_ptr<Bank> bank, std::string currency, std::chrono::milliseconds patience);

  /// Charges the card once for each owner, however often and from wherever it is asked for. Still
  /// pending when the outcome is not known in time: ask again. Throws Error{invalid} when check()
  /// does, Error{conflict} for another draft than before.
  Payment charge(const std::string& owner_id, const Draft& draft);

  /// Nothing is charged for this owner from now on, and what had been goes back. The payment is
  /// voided or declined then; anything else: not certain yet, ask again.
  Payment take_back(const std::string& owner_id);

  /// Gives back a part of what was captured, or all. Pending when the outcome is not known in time:
  /// ask again. Throws what check_refund() and Refunds::ask() throw.
  Refund refund(const std::string& owner_id, const std::string& refund_id,
                const chassis::Money& amount);

  /// Settles the payments that are due, as long as the Context has time; never charges.
  void reconcile();

 private:
  enum class Found { ended, nothing, unknown };

  Turn new_turn(std::string actor) const;
  Payment try_charge(const Payment& payment, const std::string& token, const Turn& turn);
  Payment try_again(const Payment& payment, const std::string& token, const Turn& turn);
  /// Goes on from wherever the payment is, without charging, and gives the turn back.
  Payment settle(const Payment& payment, const Turn& turn);
  Payment finish(const Payment& payment, const Turn& turn);
  /// What the bank knows of a pending payment ends it.
  Found look_up(Payment& payment, const Turn& turn);
  Payment end_by(const Payment& payment, const Charge& charge, const Turn& turn);
  Payment end_voided(const Payment& payment, const Turn& turn);
  void find_surplus(const Payment& payment);
  void run_refunds(const Payment& payment, const Turn& turn);
  bool run_refund(const Payment& payment, const Refund& refund, const Turn& turn);
  bool given_back_already(const Payment& payment, const Refund& refund);

  std::shared_ptr<Payments> payments_;
  std::shared_ptr<Refunds> refunds_;
  std::shared_ptr<Bank> bank_;
  std::string currency_;
  std::chrono::milliseconds patience_;
};

}  // namespace payment
