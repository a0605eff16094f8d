#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// Throws Error{invalid} unless the amount is 1 or more of this currency and the token cannot be a
/// card's number, which must not come here.
void check(const Draft& draft, const std::string& currency);

/// 12 to 19 digits, spaces and hyphens aside, with a right check digit (Luhn).
bool looks_like_card_number(std::string_view text);

/// Error{payment_required} of type "declined" or "no-funds".
chassis::Error declined(const std::string& reason);
/// Error{conflict} of type "voided".
chassis::Error voided();
/// Error{conflict} of type "refund-exceeds" with the member `refundable`.
chassis::Error refund_exceeds(const chassis::Money& refundable);

}  // namespace payment
