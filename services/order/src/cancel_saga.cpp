#include "cancel_saga.h"

#include "chassis/log.h"
#include "chassis/metrics.h"
#include "order_events.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Saga;
using chassis::SagaEffect;
using chassis::Transaction;

void refund(Payments& payments, const Order& order) {
  constexpr int failed_status = 500;
  try {
    payments.refund(order.id, order.total);
  } catch (const Error& error) {
    if (chassis::http_status(error.code()) >= failed_status) throw;
    chassis::log::error("refund refused", {{"order_id", order.id}, {"problem", error.type()}});
    throw Error{ErrorCode::unavailable, "the refund is not done yet"};
  }
}

void count(const Order& order) {
  static const auto cancelled = chassis::counter("orders_total", "Orders, by what became of them",
                                                 {{"outcome", name(Status::cancelled)}});
  static const auto money =
      chassis::counter("order_money_refunded_total", "Refunds of cancelled orders, in minor units");
  cancelled.add();
  money.add(static_cast<double>(order.total.amount));
}

}  // namespace

chassis::SagaKind cancel_kind(const std::shared_ptr<Cancellations>& cancellations,
                              const std::shared_ptr<Payments>& payments,
                              const std::shared_ptr<Buyers>& buyers) {
  const auto act = [=](const Saga& saga) -> SagaEffect {
    const auto paid = cancellations->find(saga.id);
    if (paid.total.amount > 0) refund(*payments, paid);
    return [=, id = saga.id](Transaction& transaction) {
      const auto order = cancellations->finish(transaction, id);
      tell(transaction, order, buyers->find(transaction, order.customer));
      count(order);
      chassis::log::info("order cancelled", {{"order_id", id}, {"refund", order.total.amount}});
    };
  };
  return {.name = cancel_saga, .steps = {{"refund", act}}, .give_up_after = {}, .undone = nullptr};
}

}  // namespace order
