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

struct Refunded {
  std::string payment_id;
  std::string owner_id;
  std::string owner_type;
  std::string refund_id;
  chassis::Money amount;
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

template <>
struct chassis::Fields<payment::Refunded> {
  using Refunded = payment::Refunded;
  static constexpr auto list = std::make_tuple(
      field("payment_id", &Refunded::payment_id), field("owner_id", &Refunded::owner_id),
      field("owner_type", &Refunded::owner_type), field("refund_id", &Refunded::refund_id),
      field("amount", &Refunded::amount));
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

void publish_refunded(chassis::Transaction& transaction, const Payment& payment,
                      const Refund& refund) {
  const Refunded data{.payment_id = payment.id,
                      .owner_id = payment.owner_id,
                      .owner_type = payment.owner_type.value_or(""),
                      .refund_id = refund.id,
                      .amount = refund.amount};
  chassis::publish(transaction, "payment.refunded", payment.id, chassis::to_json(data),
                   payment.user_id.value_or(""));
}

}  // namespace payment
