#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "chassis/clock.h"

namespace bank {

/// A card as its owner typed it: turned into a Card, and then forgotten.
struct CardDraft {
  std::string card_number;  // spaces may stand between the digits
  std::string expiry;       // "MM/YY"
  std::string cvc;
};

/// What is kept of a card.
struct Card {
  std::string brand;  // visa, mastercard, amex or card
  std::string last4;
  std::chrono::sys_days good_until;  // the last day of its expiry month
  std::string declines;              // why charges fail: declined, no-funds; empty: they are paid
};

/// Whether these are 13 to 19 digits with the right check digit (ISO/IEC 7812-1, annex B: Luhn).
bool is_card_number(std::string_view digits);

/// Throws Error{invalid} naming each field that is wrong, and telling nothing of what it held. A
/// card is good until its month ends (UTC). The numbers 4000000000000002 and 4000000000009995 make
/// cards that decline.
Card checked(const CardDraft& draft, chassis::Time now);

}  // namespace bank
