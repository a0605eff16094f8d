#include "refund.h"

namespace payment {

using chassis::Error;
using chassis::ErrorCode;

void check_refund(const chassis::Money& amount, const std::string& currency) {
  if (amount.amount >= 1 && amount.currency == currency) return;
  throw Error{std::vector{chassis::FieldError{"/amount", "must be 1 or more, in " + currency}}};
}

Error refund_exceeds(const chassis::Money& refundable) {
  return Error{ErrorCode::conflict,
               "only " + chassis::to_text(refundable) + " of this payment can be given back"}
      .type("refund-exceeds")
      .members(R"("refundable":{"amount":)" + std::to_string(refundable.amount) +
               R"(,"currency":")" + refundable.currency + "\"}");
}

}  // namespace payment
