#include "charge.h"

#include "chassis/error.h"

namespace bank {

void check(const chassis::Money& amount, const std::string& currency) {
  std::vector<chassis::FieldError> wrong;
  if (amount.amount < 1 || amount.amount > amount_max) {
    wrong.push_back({"/amount/amount", "must be from 1 to " + std::to_string(amount_max)});
  }
  if (amount.currency != currency) wrong.push_back({"/amount/currency", "must be " + currency});
  if (!wrong.empty()) throw chassis::Error{std::move(wrong)};
}

}  // namespace bank
