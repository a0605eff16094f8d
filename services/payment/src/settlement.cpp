#include "settlement.h"

#include <algorithm>
#include <map>
#include <thread>

#include "chassis/context.h"
#include "chassis/id.h"
#include "chassis/log.h"
#include "chassis/metrics.h"

namespace payment {
namespace {

using chassis::Context;
using chassis::ContextScope;
using std::chrono::milliseconds;
namespace log = chassis::log;

constexpr auto reconciliation = "reconciliation";
/// Kept back from a request's deadline, to write down what the bank says and to answer.
constexpr milliseconds time_to_answer{300};
/// What came is written down, even when nobody waits for it any more.
constexpr milliseconds time_to_record{3000};
/// A turn outlives the calls it is for by so much.
constexpr milliseconds turn_reserve{2000};

template <typename Ask>
auto in_time(Ask ask) {
  auto context = Context::current();
  if (context.deadline != chassis::Deadline::max()) context.deadline -= time_to_answer;
  const ContextScope scope{context};
  return ask();
}

template <typename Work>
auto written_down(Work work) {
  auto context = Context::current();
  context.deadline = std::max(context.deadline, std::chrono::steady_clock::now() + time_to_record);
  const ContextScope scope{context};
  return work();
}

/// How long to wait while it is another's turn.
class Patience {
 public:
  /// Waits a little; false when there is no time left for it.
  bool wait() const {
    constexpr milliseconds step{20};
    if (std::chrono::steady_clock::now() + step + time_to_answer > until_) return false;
    std::this_thread::sleep_for(step);
    return true;
  }

 private:
  static constexpr milliseconds most{1500};
  const std::chrono::steady_clock::time_point until_ = std::min(
      Context::current().deadline, std::chrono::steady_clock::now() + most + time_to_answer);
};

/// On whose behalf a request came.
std::string asker() {
  const auto& caller = Context::current().caller;
  return caller ? "user:" + caller->user_id : "peer";
}

using Counters = std::map<std::string, chassis::Counter>;

Counters counters(const char* name, const char* help, std::initializer_list<const char*> outcomes) {
  Counters made;
  for (const auto* each : outcomes) {
    made.emplace(each, chassis::counter(name, help, {{"outcome", each}}));
  }
  return made;
}

/// What this service counts; made before the first payment, so that nothing counted shows as zero.
struct Counted {
  Counters ended = counters("payments_total", "Payments, by what became of them",
                            {"captured", "declined", "voided"});
  Counters reconciled = counters("payment_reconciled_total", "What reconciliation found",
                                 {"captured", "declined", "voided", "surplus", "unknown"});
  chassis::Counter money = chassis::counter("payment_money_captured_total",
                                            "What was captured, in minor units of the currency");
  chassis::Gauge pending =
      chassis::gauge("payments_pending", "Payments whose outcome is not known yet");
};

const Counted& counted() {
  static const Counted all;
  return all;
}

void count_reconciled(const char* outcome) { counted().reconciled.at(outcome).add(); }

void tell(const Payment& payment, const Turn& turn) {
  counted().ended.at(payment.status).add();
  if (payment.status == "captured") {
    counted().money.add(static_cast<double>(payment.captured.amount));
  }
  if (turn.actor == reconciliation) count_reconciled(payment.status.c_str());
  log::info("payment ended",
            {{"payment", payment.id}, {"owner", payment.owner_id}, {"status", payment.status}});
}

bool taken_back(const Payment& payment) {
  return payment.status == "voided" || payment.status == "declined";
}

}  // namespace

Settlement::Settlement(std::shared_ptr<Payments> payments, std::shared_ptr<Refunds> refunds,
                       std::shared_ptr<Bank> bank, std::string currency, milliseconds patience)
    : payments_{std::move(payments)},
      refunds_{std::move(refunds)},
      bank_{std::move(bank)},
      currency_{std::move(currency)},
      patience_{patience} {
  counted();
}

Turn Settlement::new_turn(std::string actor) const {
  return {chassis::new_id(), Context::current().left(patience_) + turn_reserve, std::move(actor)};
}

// --- charging

Payment Settlement::charge(const std::string& owner_id, const Draft& draft) {
  check(draft, currency_);
  const auto turn = new_turn(asker());
  const Patience patience;
  for (;;) {
    const auto opened = payments_->open(owner_id, draft, turn);
    const auto& payment = opened.payment;
    if (opened.first) return finish(try_charge(payment, draft.card_token, turn), turn);
    if (opened.ours) return finish(try_again(payment, draft.card_token, turn), turn);
    if (!payment.pending() || payment.void_asked || !patience.wait()) return payment;
  }
}

Payment Settlement::try_charge(const Payment& payment, const std::string& token, const Turn& turn) {
  const auto charge = in_time([&] {
    return bank_->charge({payment.id, token, payment.amount, payment.owner_id});
  });
  return charge ? end_by(payment, *charge, turn) : payment;
}

Payment Settlement::try_again(const Payment& payment, const std::string& token, const Turn& turn) {
  auto now = payment;
  if (look_up(now, turn) != Found::nothing) return now;
  if (!payments_->begin_attempt(payment.id, turn)) return payments_->find(payment.id);
  return try_charge(payment, token, turn);
}

Payment Settlement::end_by(const Payment& payment, const Charge& charge, const Turn& turn) {
  return written_down([&] {
    const auto ended = charge.captured ? payments_->end_captured(payment.id, charge, turn)
                                       : payments_->end_declined(payment.id, charge, turn);
    if (!ended) return payments_->find(payment.id);
    tell(*ended, turn);
    return *ended;
  });
}

Payment Settlement::end_voided(const Payment& payment, const Turn& turn) {
  const auto ended = payments_->end_voided(payment.id, turn);
  if (!ended) return payments_->find(payment.id);
  tell(*ended, turn);
  return *ended;
}

Settlement::Found Settlement::look_up(Payment& payment, const Turn& turn) {
  const auto charges =
      in_time([&] { return bank_->find(payment.owner_id, payment.amount.currency); });
  if (!charges) {
    if (turn.actor == reconciliation) count_reconciled("unknown");
    return Found::unknown;
  }
  const auto ours = std::find_if(charges->begin(), charges->end(), [&](const Charge& charge) {
    return charge.captured && charge.amount == payment.amount;
  });
  if (ours != charges->end()) {
    payment = end_by(payment, *ours, turn);
    return Found::ended;
  }
  if (charges->empty()) return Found::nothing;
  const auto declined = std::none_of(charges->begin(), charges->end(),
                                     [](const Charge& charge) { return charge.captured; });
  if (declined) {
    payment = end_by(payment, charges->front(), turn);
    return Found::ended;
  }
  log::error("bank shows a charge of another amount", {{"payment", payment.id}});
  // Of a payment that is taken back, whatever was charged is surplus.
  return payment.void_asked ? Found::nothing : Found::unknown;
}

// --- going on

/// Ends the turn of who tried to charge.
Payment Settlement::finish(const Payment& payment, const Turn& turn) {
  // It was taken back while it was being charged.
  if (payment.void_asked && payment.holds_money()) return settle(payment, turn);
  if (!payment.pending()) return payment;
  return written_down([&] { return payments_->give_back(payment.id, turn); });
}

Payment Settlement::settle(const Payment& payment, const Turn& turn) {
  auto now = payment;
  if (now.pending()) {
    if (look_up(now, turn) == Found::nothing) now = end_voided(now, turn);
    if (!now.pending() && !(now.void_asked && now.holds_money())) return now;
  }
  if (now.void_asked && now.holds_money()) refunds_->plan_void(now, turn);
  if (now.watched && turn.actor == reconciliation) find_surplus(now);
  run_refunds(now, turn);
  return written_down([&] { return payments_->give_back(now.id, turn); });
}

void Settlement::find_surplus(const Payment& payment) {
  const auto charges = in_time([&] { return bank_->find(payment.owner_id, currency_); });
  if (!charges) return count_reconciled("unknown");
  bool own_found = !payment.bank_reference;
  std::vector<Charge> surplus;
  for (const auto& charge : *charges) {
    if (!charge.captured) continue;
    if (charge.id == payment.bank_reference) {
      own_found = true;
    } else if (charge.refunded.amount < charge.amount.amount) {
      surplus.push_back(charge);
    }
  }
  if (!own_found) {
    log::error("bank does not show a charge of ours", {{"payment", payment.id}});
    return count_reconciled("unknown");
  }
  refunds_->plan_surplus(payment, surplus);
}

// --- giving back

Payment Settlement::take_back(const std::string& owner_id) {
  const auto turn = new_turn(asker());
  const Patience patience;
  auto payment = payments_->ask_void(owner_id, turn);
  while (!taken_back(payment)) {
    if (const auto ours = payments_->take_turn(owner_id, turn)) return settle(*ours, turn);
    if (!patience.wait()) break;
    payment = payments_->find_of_owner(owner_id);
  }
  return payment;
}

Refund Settlement::refund(const std::string& owner_id, const std::string& refund_id,
                          const chassis::Money& amount) {
  check_refund(amount, currency_);
  const auto turn = new_turn(asker());
  const Patience patience;
  auto refund = refunds_->ask(owner_id, refund_id, amount, turn);
  while (refund.status == "pending") {
    if (const auto ours = payments_->take_turn(owner_id, turn)) {
      settle(*ours, turn);
      return refunds_->find(refund_id);
    }
    if (!patience.wait()) break;
    refund = refunds_->find(refund_id);
  }
  return refund;
}

void Settlement::run_refunds(const Payment& payment, const Turn& turn) {
  for (const auto& refund : refunds_->pending(payment.id)) {
    // One after the other: what the bank shows as refunded must stay explicable.
    if (!run_refund(payment, refund, turn)) return;
  }
}

bool Settlement::run_refund(const Payment& payment, const Refund& refund, const Turn& turn) {
  const auto end = [&](const char* status) {
    return written_down([&] {
      if (!refunds_->end(payment, refund, status, turn)) return true;
      if (refund.kind == "surplus") count_reconciled("surplus");
      log::info("refund ended", {{"payment", payment.id},
                                 {"refund", refund.id},
                                 {"kind", refund.kind},
                                 {"status", status}});
      return true;
    });
  };
  if (refund.old && given_back_already(payment, refund)) return end("refunded");
  switch (in_time([&] {
    return bank_->refund({refund.id, refund.bank_reference, refund.amount});
  })) {
    case RefundAnswer::done: return end("refunded");
    case RefundAnswer::unknown: return false;
    case RefundAnswer::refused: break;
  }
  if (given_back_already(payment, refund)) return end("refunded");
  if (refund.kind == "asked") return end("refused");
  log::error("bank refuses to give back", {{"payment", payment.id}, {"refund", refund.id}});
  return false;
}

bool Settlement::given_back_already(const Payment& payment, const Refund& refund) {
  const auto charges =
      in_time([&] { return bank_->find(payment.owner_id, refund.amount.currency); });
  if (!charges) return false;
  const auto before = payments_->find(payment.id).refunded.amount;
  return std::any_of(charges->begin(), charges->end(), [&](const Charge& charge) {
    const auto expected =
        refund.kind == "surplus" ? charge.amount.amount : before + refund.amount.amount;
    return charge.id == refund.bank_reference && charge.refunded.amount >= expected;
  });
}

// --- reconciliation

void Settlement::reconcile() {
  counted().pending.set(static_cast<double>(payments_->count_pending()));
  const auto turn = new_turn(reconciliation);
  while (Context::current().left(2 * patience_) > patience_) {
    const auto due = payments_->take_due(turn);
    if (!due) return;
    settle(*due, turn);
  }
}

}  // namespace payment
