#include "payment.h"

#include <vector>

namespace payment {

using chassis::Error;
using chassis::ErrorCode;
using chassis::FieldError;

void check(const Draft& draft, const std::string& currency) {
  std::vector<FieldError> wrong;
  if (draft.amount.amount < 1) wrong.push_back({"/amount/amount", "must be 1 or more"});
  if (draft.amount.currency != currency) {
    wrong.push_back({"/amount/currency", "must be " + currency});
  }
  if (looks_like_card_number(draft.card_token)) {
    wrong.push_back({"/card_token", "must be the bank's token, never the number of a card"});
  }
  if (!wrong.empty()) throw Error{std::move(wrong)};
}

bool looks_like_card_number(std::string_view text) {
  constexpr std::size_t shortest = 12;
  constexpr std::size_t longest = 19;
  constexpr int base = 10;
  std::size_t digits = 0;
  int sum = 0;
  for (std::size_t left = text.size(); left > 0; --left) {
    const char letter = text[left - 1];
    if (letter == ' ' || letter == '-') continue;
    if (letter < '0' || letter > '9') return false;
    int value = letter - '0';
    if (digits++ % 2 == 1) value *= 2;
    sum += value / base + value % base;
  }
  return digits >= shortest && digits <= longest && sum % base == 0;
}

Error declined(const std::string& reason) {
  return Error{ErrorCode::payment_required, reason == "no-funds"
                                                ? "there is not enough money behind this card"
                                                : "the bank declined this card"}
      .type(reason);
}

Error voided() { return Error{ErrorCode::conflict, "this payment was taken back"}.type("voided"); }

}  // namespace payment
