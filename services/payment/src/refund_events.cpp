#include "refund_events.h"

#include "chassis/events.h"
#include "chassis/json.h"

namespace payment {
namespace {

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
struct chassis::Fields<payment::Refunded> {
  using Refunded = payment::Refunded;
  static constexpr auto list = std::make_tuple(
      field("payment_id", &Refunded::payment_id), field("owner_id", &Refunded::owner_id),
      field("owner_type", &Refunded::owner_type), field("refund_id", &Refunded::refund_id),
      field("amount", &Refunded::amount));
};

namespace payment {

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
