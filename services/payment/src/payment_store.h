#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bank.h"
#include "chassis/db.h"
#include "payment.h"

namespace payment {

/// How long things take to settle.
struct Timing {
  std::chrono::milliseconds check_after;    // a capture, until the bank is asked for a second one
  std::chrono::milliseconds watch;          // an attempt without an answer, until none can come
  std::chrono::milliseconds abandon_after;  // nobody asking, until a pending payment is voided
  std::chrono::milliseconds retry_first;    // between looks that settle nothing; doubles
  std::chrono::milliseconds retry_most;
};

/// One turn at talking to the bank about a payment. It ends by itself, should its holder die.
struct Turn {
  std::string id;
  std::chrono::milliseconds time;  // from its begin and from each attempt
  std::string actor;               // for the legal record: user:<id>, peer or reconciliation
};

/// What a peer and an audit compare with their own.
struct BookEntry {
  std::string id;
  std::string owner_id;
  std::string owner_type;
  std::string status;
  chassis::Money captured;
  chassis::Money refunded;
  bool settled = false;
  chassis::Time updated_at;
};

/// Payments in PostgreSQL; migrations/ has the schema. Each change is one transaction with its line
/// in the legal record and its event. None of them talks to anyone. What the end_... return is
/// nothing when the payment had ended already: then reconciliation looks for what is surplus.
class Payments {
 public:
  Payments(chassis::Database& database, std::string currency, const Timing& timing)
      : database_{database}, currency_{std::move(currency)}, timing_{timing} {}

  const std::string& currency() const { return currency_; }

  struct Opened {
    Payment payment;
    bool ours = false;   // the turn was taken: the payment is pending, and the caller settles it
    bool first = false;  // the bank was never asked for it before
  };
  /// Stores the draft as pending, or finds what is there. Throws Error{conflict} when that is of
  /// another draft.
  Opened open(const std::string& owner_id, const Draft& draft, const Turn& turn);

  /// From now on nothing is charged for this owner, whether there was a draft or not.
  Payment ask_void(const std::string& owner_id, const Turn& turn);

  /// Stores the refund as pending, or finds it. Throws Error{not_found} without a payment,
  /// Error{conflict} of type "refund-exceeds", "voided" or, when nothing was captured,
  /// "not-captured"; also when the id is another refund's.
  Refund ask_refund(const std::string& owner_id, const std::string& refund_id,
                    const chassis::Money& amount, const Turn& turn);

  /// Nothing when it is another's turn.
  std::optional<Payment> take_turn(const std::string& owner_id, const Turn& turn);
  /// A payment that is due to be checked; nothing when none is.
  std::optional<Payment> take_due(const Turn& turn);
  /// Gives the turn back and decides when the payment is looked at again; one that is taken back
  /// and has given all its money back becomes voided.
  Payment give_back(const std::string& id, const Turn& turn);

  /// Writes down that the bank is about to be asked for the money. False when it must not: the
  /// payment has ended or is taken back, or the turn is over.
  bool begin_attempt(const std::string& id, const Turn& turn);
  std::optional<Payment> end_captured(const std::string& id, const Charge& charge,
                                      const Turn& turn);
  std::optional<Payment> end_declined(const std::string& id, const Charge& charge,
                                      const Turn& turn);
  /// Ends a payment that the bank has no charge for, unless somebody still wants it: nothing then.
  std::optional<Payment> end_voided(const std::string& id, const Turn& turn);

  /// Plans to give back all that is left of what was captured.
  void plan_void(const Payment& payment, const Turn& turn);
  /// Plans to give back these charges, and ends the watch when its time is over.
  void plan_surplus(const Payment& payment, const std::vector<Charge>& surplus);
  std::vector<Refund> pending_refunds(const std::string& payment_id);
  /// `status` is refunded or refused. False when it had ended already.
  bool end_refund(const Payment& payment, const Refund& refund, const char* status,
                  const Turn& turn);

  Payment find(const std::string& id);
  Payment find_of_owner(const std::string& owner_id);
  Refund find_refund(const std::string& refund_id);
  /// Looks missing when it is another user's.
  Payment find_mine(const std::string& id, const std::string& user_id);
  /// Newest first, those with a smaller id than `before`, which may be empty.
  std::vector<Payment> list_mine(const std::string& user_id, const std::string& before,
                                 std::int64_t count);
  /// In the order of their ids, those that are greater than `after`, which may be empty. What was
  /// taken back before it was asked for is not in the books.
  std::vector<BookEntry> books(const std::string& after, std::int64_t count);
  std::int64_t count_pending();

 private:
  chassis::Database& database_;
  std::string currency_;
  Timing timing_;
};

}  // namespace payment
