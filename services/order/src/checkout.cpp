#include "checkout.h"

namespace order {

using chassis::Error;
using chassis::ErrorCode;

void check(const OrderDraft& draft, const std::string& currency) {
  if (draft.expected_total.currency != currency) {
    throw Error{
        std::vector{chassis::FieldError{"/expected_total/currency", "must be " + currency}}};
  }
}

Error final_problem(const Error& why) {
  const auto type = why.type();
  const bool told =
      why.code() == ErrorCode::payment_required ||
      (why.code() == ErrorCode::conflict && (type == "out-of-stock" || type == "price-changed"));
  return told ? why : gave_up();
}

Error gave_up() {
  return Error{ErrorCode::conflict, "the order could not be completed; nothing was charged"}.type(
      "checkout-failed");
}

}  // namespace order
