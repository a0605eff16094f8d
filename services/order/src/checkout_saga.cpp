#include "checkout_saga.h"

#include <map>

#include "chassis/log.h"
#include "chassis/metrics.h"
#include "checkout_json.h"
#include "order_events.h"

namespace order {
namespace {

using chassis::Error;
using chassis::Saga;
using chassis::SagaEffect;
using chassis::Transaction;

void count(const Order& order) {
  static const std::map<Status, chassis::Counter> outcomes = [] {
    std::map<Status, chassis::Counter> made;
    for (const auto status : {Status::confirmed, Status::declined, Status::failed}) {
      made.emplace(status, chassis::counter("orders_total", "Orders, by what became of them",
                                            {{"outcome", name(status)}}));
    }
    return made;
  }();
  static const auto money =
      chassis::counter("order_money_confirmed_total", "Totals of confirmed orders, in minor units");
  outcomes.at(order.status).add();
  if (order.status == Status::confirmed) money.add(static_cast<double>(order.total.amount));
}

void refuse_late(const CheckoutParts& parts, const Saga& saga) {
  if (parts.clock->now() - saga.started_at > give_up_after) throw gave_up();
}

CheckoutData data_of(const Saga& saga) { return chassis::from_json<CheckoutData>(saga.data); }

SagaEffect reserve(const CheckoutParts& parts, const Saga& saga) {
  refuse_late(parts, saga);
  const auto order = parts.checkouts->find(saga.id);
  auto reservation = parts.stock->reserve(saga.id, order.lines);
  if (reservation.total != data_of(saga).expected_total) throw price_changed(reservation);
  return [checkouts = parts.checkouts, id = saga.id, lines = std::move(reservation.lines)](
             Transaction& transaction) { checkouts->reserved(transaction, id, lines); };
}

SagaEffect release(const CheckoutParts& parts, const Saga& saga) {
  parts.stock->release(saga.id);
  return nullptr;
}

SagaEffect charge(const CheckoutParts& parts, const Saga& saga) {
  refuse_late(parts, saga);
  const auto order = parts.checkouts->find(saga.id);
  if (order.total.amount == 0) return nullptr;
  auto payment =
      parts.payments->charge({saga.id, order.customer, order.total, data_of(saga).card_token});
  return [checkouts = parts.checkouts, id = saga.id, payment = std::move(payment)](
             Transaction& transaction) { checkouts->charged(transaction, id, payment); };
}

SagaEffect give_back(const CheckoutParts& parts, const Saga& saga) {
  parts.payments->give_back(saga.id);
  return [checkouts = parts.checkouts, id = saga.id](Transaction& transaction) {
    checkouts->given_back(transaction, id);
  };
}

SagaEffect commit(const CheckoutParts& parts, const Saga& saga) {
  parts.stock->commit(saga.id);
  return [parts, id = saga.id](Transaction& transaction) {
    const auto order = parts.checkouts->confirm(transaction, id);
    tell(transaction, order, parts.buyers->find(transaction, order.customer));
    count(order);
    chassis::log::info("order confirmed", {{"order_id", id}, {"total", order.total.amount}});
  };
}

void refused(const CheckoutParts& parts, Transaction& transaction, const Saga& saga,
             const Error& why) {
  const auto order = parts.checkouts->refuse(transaction, saga.id, final_problem(why));
  count(order);
  chassis::log::info("order refused", {{"order_id", saga.id}, {"problem", why.type()}});
}

}  // namespace

chassis::SagaKind checkout_kind(const CheckoutParts& parts) {
  const auto with = [&parts](SagaEffect (*step)(const CheckoutParts&, const Saga&)) {
    return [parts, step](const Saga& saga) { return step(parts, saga); };
  };
  return {.name = checkout_saga,
          .steps = {{"reserve", with(reserve), with(release)},
                    {"charge", with(charge), with(give_back)},
                    {"commit", with(commit)}},
          .give_up_after = std::chrono::milliseconds{0},
          .undone = [parts](Transaction& transaction, const Saga& saga, const Error& why) {
            refused(parts, transaction, saga, why);
          }};
}

}  // namespace order
