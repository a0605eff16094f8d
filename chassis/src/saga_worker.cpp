#include "saga_worker.h"

#include <algorithm>
#include <exception>
#include <random>

#include "chassis/log.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds first_pause{100};
constexpr int doublings_max = 20;
constexpr int failed_status = 500;
/// Of a transaction that records a step.
constexpr milliseconds record_max{1000};

/// A Context like this thread's with another deadline.
Context with_deadline(Deadline deadline) {
  auto context = Context::current();
  context.deadline = deadline;
  return context;
}

milliseconds jitter(milliseconds most) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return milliseconds{
      std::uniform_int_distribution<std::int64_t>{most.count() / 2, most.count()}(generator)};
}

}  // namespace

/// What an act, an undo or an effect threw.
struct SagaWorker::Failure {
  Error error;
  bool refused = false;  // for good

  /// Of the exception that is being handled.
  static Failure current() {
    try {
      throw;
    } catch (const Error& error) {
      const bool unknown = http_status(error.code()) >= failed_status ||
                           error.code() == ErrorCode::too_many_requests ||
                           error.type() == "in-progress";  // once() says it: ask again
      return {error, !unknown};
    } catch (const std::exception& problem) {
      return {{ErrorCode::internal, problem.what()}, false};
    } catch (...) {
      return {{ErrorCode::internal, "an exception that is none"}, false};
    }
  }
};

SagaWorker::SagaWorker(SagaStore& store, const KnownSagas& kinds, SagaSettings settings,
                       SagaSignals& signals)
    : store_{store}, kinds_{kinds}, settings_{settings}, signals_{signals} {}

std::optional<SagaState> SagaWorker::work(HeldSaga held, Deadline until) noexcept {
  Context context;
  context.trace = Trace::from_header(held.traceparent);
  const ContextScope scope{context};
  const std::initializer_list<log::Field> which{{"kind", held.saga.kind}, {"id", held.saga.id}};
  try {
    const auto& known = kinds_.at(held.saga.kind);
    while (!has_ended(held.state)) {
      if (signals_.stopping() || SteadyClock::now() + step_least > until) {
        give_back(held, 0, 0ms);
        return std::nullopt;
      }
      if (!step(known, held, until)) return std::nullopt;
    }
    return held.state;
  } catch (const LeaseLost&) {
    log::warning("saga taken over by somebody else", which);
  } catch (const std::exception& problem) {
    log::warning("saga left until its lease ends",
                 {{"kind", held.saga.kind}, {"id", held.saga.id}, {"what", problem.what()}});
  }
  return std::nullopt;
}

/// One step; false when the saga has to wait. Throws LeaseLost, or what the database throws.
bool SagaWorker::step(const KnownSaga& known, HeldSaga& held, Deadline until) {
  try {
    if (held.state == SagaState::running) {
      forward(known, held, until);
    } else {
      back(known, held, until);
    }
    return true;
  } catch (const LeaseLost&) {
    throw;
  } catch (...) {
    return cope(known, held, Failure::current(), until);
  }
}

void SagaWorker::forward(const KnownSaga& known, HeldSaga& held, Deadline until) {
  const auto limit = known.kind.give_up_after;
  if (limit > 0ms && held.age >= limit) {
    turn_around(held, {ErrorCode::timeout, "this could not be done in time"});
    return;
  }
  const auto& steps = known.kind.steps;
  const auto at = known.index(held.step);
  const bool last = at + 1 == steps.size();
  const auto effect = call(steps[at].act, held, until);
  held.age = record([&](Transaction& transaction) {
    if (effect) effect(transaction);
    return last ? store_.end(transaction, held, SagaState::done)
                : store_.move(transaction, held, steps[at + 1].name);
  });
  known.steps[at].done.add();
  held.attempts = 0;
  if (last) {
    ended(known, held, SagaState::done);
  } else {
    held.step = steps[at + 1].name;
  }
}

void SagaWorker::back(const KnownSaga& known, HeldSaga& held, Deadline until) {
  const auto& steps = known.kind.steps;
  const auto at = known.index(held.step);
  const auto effect = steps[at].undo ? call(steps[at].undo, held, until) : SagaEffect{};
  held.age = record([&](Transaction& transaction) {
    if (effect) effect(transaction);
    if (at > 0) return store_.move(transaction, held, steps[at - 1].name);
    if (known.kind.undone) known.kind.undone(transaction, held.saga, held.why.value());
    return store_.end(transaction, held, SagaState::undone);
  });
  known.steps[at].undone.add();
  held.attempts = 0;
  if (at == 0) {
    ended(known, held, SagaState::undone);
  } else {
    held.step = steps[at - 1].name;
  }
}

void SagaWorker::turn_around(HeldSaga& held, const Error& why) {
  held.age =
      record([&](Transaction& transaction) { return store_.turn_around(transaction, held, why); });
  held.state = SagaState::undoing;
  held.why = why;
  held.attempts = 0;
  log::info("saga turned around", {{"kind", held.saga.kind},
                                   {"id", held.saga.id},
                                   {"step", held.step},
                                   {"problem", why.type()}});
}

void SagaWorker::ended(const KnownSaga& known, HeldSaga& held, SagaState state) {
  held.state = state;
  (state == SagaState::done ? known.ended_done : known.ended_undone).add();
  known.duration.observe(std::chrono::duration<double>{held.age}.count());
  log::info("saga ended", {{"kind", held.saga.kind}, {"id", held.saga.id}, {"state", name(state)}});
}

/// What follows on a failure; false when the saga has to wait.
bool SagaWorker::cope(const KnownSaga& known, HeldSaga& held, const Failure& failure,
                      Deadline until) {
  const auto& metrics = known.steps[known.index(held.step)];
  const bool running = held.state == SagaState::running;
  if (running && failure.refused) {
    metrics.refused.add();
    turn_around(held, failure.error);
    return true;
  }
  if (SteadyClock::now() >= until) {  // it was cut short: the background gives it more time
    give_back(held, 0, 0ms);
    return false;
  }
  const bool stuck = !running && failure.refused;
  (running ? metrics.retried : stuck ? metrics.stuck : metrics.undo_failed).add();
  const auto pause = pause_after(held, failure.error);
  const std::initializer_list<log::Field> fields{{"kind", held.saga.kind},
                                                 {"id", held.saga.id},
                                                 {"step", held.step},
                                                 {"attempts", held.attempts + 1},
                                                 {"pause_ms", std::int64_t{pause.count()}},
                                                 {"what", failure.error.what()}};
  if (stuck) {
    log::error("undoing a saga is refused", fields);
  } else {
    log::warning(running ? "saga step failed" : "undoing a saga step failed", fields);
  }
  give_back(held, 1, pause);
  return false;
}

milliseconds SagaWorker::pause_after(const HeldSaga& held, const Error& error) const {
  const auto usual = first_pause * (std::int64_t{1} << std::min(held.attempts, doublings_max));
  const std::chrono::seconds asked{error.retry_after().value_or(0)};
  return std::min(std::max<milliseconds>(jitter(std::min(usual, settings_.retry_max)), asked),
                  settings_.retry_max);
}

SagaEffect SagaWorker::call(const std::function<SagaEffect(const Saga&)>& part,
                            const HeldSaga& held, Deadline until) const {
  const auto context = with_deadline(std::min(until, SteadyClock::now() + settings_.step));
  const ContextScope scope{context};
  return part(held.saga);
}

void SagaWorker::give_back(const HeldSaga& held, int failures, milliseconds pause) {
  const auto context = with_deadline(SteadyClock::now() + record_max);
  const ContextScope scope{context};
  store_.release(held, failures, pause);
  signals_.wake();
}

milliseconds SagaWorker::record(const std::function<milliseconds(Transaction&)>& work) {
  const auto context = with_deadline(SteadyClock::now() + record_max);
  const ContextScope scope{context};
  milliseconds age{0};
  store_.record([&](Transaction& transaction) { age = work(transaction); });
  return age;
}

}  // namespace chassis
