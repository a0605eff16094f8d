#include "payment_events.h"

#include "chassis/events.h"
#include "chassis/json.h"

namespace payment {
namespace {

struct Captured {
  std::string payment_id;
  std::string owner_id;
  std::string owner_type;
  chassis::Money amount;
  std::string brand;
  std::string last4;
  std::string bank_reference;
};

}  // namespace
}  // namespace payment

template <>
struct chassis::Fields<payment::Captured> {
  using Captured = payment::Captured;
  static constexpr auto list = std::make_tuple(
      field("payment_id", &Captured::payment_id), field("owner_id", &Captured::owner_id),
      field("owner_type", &Captured::owner_type), field("amount", &Captured::amount),
      field("brand", &Captured::brand), field("last4", &Captured::last4),
      field("bank_reference", &Captured::bank_reference));
};

namespace payment {

void publish_captured(chassis::Transaction& transaction, const Payment& payment) {
  const Captured data{.payment_id = payment.id,
                      .owner_id = payment.owner_id,
                      .owner_type = payment.owner_type.value_or(""),
                      .amount = payment.captured,
                      .brand = payment.brand.value_or(""),
                      .last4 = payment.last4.value_or(""),
                      .bank_reference = payment.bank_reference.value_or("")};
  chassis::publish(transaction, "payment.captured", payment.id, chassis::to_json(data),
                   payment.user_id.value_or(""));
}

}  // namespace payment
