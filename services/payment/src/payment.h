#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bank.h"
#include "chassis/clock.h"
#include "chassis/error.h"
#include "chassis/money.h"

namespace payment {

constexpr std::size_t token_max = 200;

/// What an order or a booking wants paid.
struct Draft {
  std::string owner_type;  // order or booking
  std::string user_id;     // a UUID
  chassis::Money amount;
  std::string card_token;  // what the bank gave the page for the card; never stored
};

/// What became of a draft. Amounts are of the payment's currency.
struct Payment {
  std::string id;                         // a UUIDv7
  std::string owner_id;                   // the order or booking
  std::optional<std::string> owner_type;  // known once there was a draft, as is the user
  std::optional<std::string> user_id;
  std::string status;  // pending, captured, declined, voided, refunded (wholly)
  std::optional<std::string> decline_reason;  // declined or no-funds
  chassis::Money amount;
  chassis::Money captured;
  chassis::Money refunded;  // of what was captured, so far
  std::optional<std::string> brand;
  std::optional<std::string> last4;
  std::optional<std::string> bank_reference;  // the bank's name for the charge
  chassis::Time created_at;
  bool void_asked = false;  // nothing is charged any more, and what was goes back
  bool watched = false;     // charges may still appear at the bank that nobody counts on

  bool pending() const { return status == "pending"; }
  bool holds_money() const { return status == "captured" || status == "refunded"; }
};

/// One turn at talking to the bank about a payment. It ends by itself, should its holder die.
struct Turn {
  std::string id;
  std::chrono::milliseconds time;  // from its begin and from each attempt
  std::string actor;               // for the legal record: user:<id>, peer or reconciliation
};

/// How long things take to settle.
struct Timing {
  std::chrono::milliseconds check_after;    // a capture, until the bank is asked for a second one
  std::chrono::milliseconds watch;          // an attempt without an answer, until none can come
  std::chrono::milliseconds abandon_after;  // nobody asking, until a pending payment is voided
  std::chrono::milliseconds retry_first;    // between looks that settle nothing; doubles
  std::chrono::milliseconds retry_most;
};

/// Throws Error{invalid} unless the amount is 1 or more of this currency and the token cannot be a
/// card's number, which must not come here.
void check(const Draft& draft, const std::string& currency);

/// 12 to 19 digits, spaces and hyphens aside, with a right check digit (Luhn).
bool looks_like_card_number(std::string_view text);

/// Error{payment_required} of type "declined" or "no-funds".
chassis::Error declined(const std::string& reason);
/// Error{conflict} of type "voided".
chassis::Error voided();

/// Payments, wherever they are kept. Each change is kept together with its line in the legal record
/// and its event, or not at all; none of them talks to the bank. What the end_... return is nothing
/// when the payment had ended already: then reconciliation looks for what is surplus.
class Payments {
 public:
  virtual ~Payments() = default;

  struct Opened {
    Payment payment;
    bool ours = false;   // the turn was taken: the payment is pending, and the caller settles it
    bool first = false;  // the bank was never asked for it before
  };
  /// Stores the draft as pending, or finds what is there. Throws Error{conflict} when that is of
  /// another draft.
  virtual Opened open(const std::string& owner_id, const Draft& draft, const Turn& turn) = 0;

  /// From now on nothing is charged for this owner, whether there was a draft or not.
  virtual Payment ask_void(const std::string& owner_id, const Turn& turn) = 0;

  /// Nothing when it is another's turn.
  virtual std::optional<Payment> take_turn(const std::string& owner_id, const Turn& turn) = 0;
  /// A payment that is due to be checked; nothing when none is.
  virtual std::optional<Payment> take_due(const Turn& turn) = 0;
  /// Gives the turn back and decides when the payment is looked at again; one that is taken back
  /// and has given all its money back becomes voided.
  virtual Payment give_back(const std::string& id, const Turn& turn) = 0;

  /// Writes down that the bank is about to be asked for the money. False when it must not: the
  /// payment has ended or is taken back, or the turn is over.
  virtual bool begin_attempt(const std::string& id, const Turn& turn) = 0;
  virtual std::optional<Payment> end_captured(const std::string& id, const Charge& charge,
                                              const Turn& turn) = 0;
  virtual std::optional<Payment> end_declined(const std::string& id, const Charge& charge,
                                              const Turn& turn) = 0;
  /// Ends a payment that the bank has no charge for, unless somebody still wants it: nothing then.
  virtual std::optional<Payment> end_voided(const std::string& id, const Turn& turn) = 0;

  /// These throw Error{not_found}.
  virtual Payment find(const std::string& id) = 0;
  virtual Payment find_of_owner(const std::string& owner_id) = 0;

  /// A user's, newest first, those with a smaller id than `before`, which may be empty.
  virtual std::vector<Payment> list(const std::string& user_id, const std::string& before,
                                    std::int64_t count) = 0;
  virtual std::int64_t count_pending() = 0;
};

}  // namespace payment
