#include "chassis/saga.h"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "chassis/id.h"
#include "chassis/log.h"
#include "saga_routes.h"
#include "saga_signals.h"
#include "saga_store.h"
#include "saga_upkeep.h"
#include "saga_worker.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr int threads_of_background = 2;
/// The background looks for what others left at least this often.
constexpr milliseconds look_period{1000};
/// Between two looks at what seemed due, but was taken by somebody else.
constexpr milliseconds look_least{20};
constexpr milliseconds database_retry_period{500};
/// Of what the background asks the database between sagas.
constexpr milliseconds ask_max{2000};
/// How often run() looks at a saga whose end it may not be told.
constexpr milliseconds watch_period{100};
constexpr milliseconds patience_max{std::chrono::hours{1}};
/// Kept back from the deadline of who asks, for the answer.
constexpr milliseconds time_to_answer{50};

SagaSettings settings_of(Config& config) {
  const SagaSettings settings{
      milliseconds{config.integer("SAGA_LEASE_MS", 20, 600'000, 10'000)},
      milliseconds{config.integer("SAGA_STEP_MS", 10, 60'000, 3'000)},
      milliseconds{config.integer("SAGA_RETRY_MAX_MS", 1, 3'600'000, 30'000)}};
  if (settings.lease < 2 * settings.step) {
    config.reject("SAGA_LEASE_MS must be at least twice SAGA_STEP_MS");
  }
  return settings;
}

/// Until when a call may take: never longer than is of use to who asked.
Deadline end_of(milliseconds patience) {
  const auto end = SteadyClock::now() + std::min(patience, patience_max);
  const auto deadline = Context::current().deadline;
  return deadline == Deadline::max() ? end : std::min(end, deadline - time_to_answer);
}

}  // namespace

struct Sagas::State {
  State(Config& config, Database& database, Listener& l)
      : settings{settings_of(config)}, listener{l}, store{database, settings.lease} {
    listener.on(SagaStore::ended_channel,
                [weak = std::weak_ptr{signals}](const std::string& key, bool gap) {
                  const auto told = weak.lock();
                  if (!told) return;
                  if (gap) {
                    told->missed();
                  } else {
                    told->ended(key);
                  }
                });
  }

  const SagaSettings settings;
  Listener& listener;
  SagaStore store;
  KnownSagas kinds;  // fixed once anything runs
  const std::shared_ptr<SagaSignals> signals = std::make_shared<SagaSignals>();
  SagaWorker worker{store, kinds, settings, *signals};
  SagaUpkeep upkeep{store, kinds};
  std::vector<std::thread> threads;

  const KnownSaga& known(const std::string& kind) const;
  void work_in_background();
  void look_for_work();
};

const KnownSaga& Sagas::State::known(const std::string& kind) const {
  const auto found = kinds.find(kind);
  if (found == kinds.end()) throw std::logic_error{"no such kind of saga: " + kind};
  return found->second;
}

void Sagas::State::work_in_background() {
  while (!signals->stopping()) {
    try {
      look_for_work();
    } catch (const std::exception& problem) {
      log::debug("sagas wait for the database", {{"what", problem.what()}});
      signals->rest(signals->calls(), database_retry_period);
    }
  }
}

/// Works on one saga, or rests until one is due.
void Sagas::State::look_for_work() {
  const auto calls = signals->calls();
  std::optional<HeldSaga> held;
  milliseconds pause{0};
  {
    Context context;
    context.deadline = SteadyClock::now() + ask_max;
    const ContextScope scope{context};
    upkeep.run();
    pause = store.until_due(look_period);
    if (pause == 0ms) held = store.take_due();
  }
  if (held) {
    worker.work(std::move(*held), Deadline::max());
  } else {
    signals->rest(calls, std::max(pause, look_least));
  }
}

Sagas::Sagas(Config& config, Database& database, Listener& listener)
    : state_{std::make_unique<State>(config, database, listener)} {}

Sagas::~Sagas() { stop(); }

void Sagas::add(SagaKind kind) {
  KnownSaga known{std::move(kind)};
  const std::string name{known.kind.name};
  const auto [place, added] = state_->kinds.try_emplace(name, std::move(known));
  if (!added) throw std::logic_error{"a kind of saga was added twice: " + name};
  for (const auto& step : place->second.kind.steps) state_->store.know(name, step.name);
}

void Sagas::start(Transaction& transaction, const std::string& kind, const std::string& id,
                  const std::string& data) {
  const auto& known = state_->known(kind);
  if (!is_uuid(id)) throw std::logic_error{"the id of a saga must be a UUID"};
  const auto& trace = Context::current().trace;
  const auto header = trace.trace_id.empty() ? Trace::from_header("").header() : trace.header();
  state_->store.insert(transaction, kind, id, known.kind.steps.front().name, data, header);
}

SagaState Sagas::run(const std::string& kind, const std::string& id, milliseconds patience) {
  state_->known(kind);
  const Error missing{ErrorCode::not_found, "there is nothing under way here"};
  if (!is_uuid(id)) throw Error{missing};
  auto& signals = *state_->signals;
  const auto until = end_of(patience);
  SagaSignals::Watch watch{signals, SagaStore::key(kind, id)};
  for (bool first = true;; first = false) {
    const bool in_time = SteadyClock::now() + SagaWorker::step_least <= until;
    if ((first || in_time) && !signals.stopping()) {
      if (auto held = state_->store.take(kind, id)) {
        if (const auto end = state_->worker.work(std::move(*held), until)) return *end;
      }
    }
    const auto place = state_->store.find(kind, id);
    if (!place) throw Error{missing};
    const auto now = SteadyClock::now();
    if (has_ended(place->state) || now >= until || signals.stopping()) return place->state;
    const auto wait =
        state_->listener.connected() ? std::max(place->wait, watch_period) : watch_period;
    watch.wait(std::min(until, now + wait));
  }
}

Routes Sagas::routes() { return saga_routes(state_->store); }

void Sagas::begin() {
  for (int i = 0; i < threads_of_background; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->work_in_background(); });
  }
}

void Sagas::stop() {
  state_->signals->stop();
  for (auto& thread : state_->threads) thread.join();
  state_->threads.clear();
}

}  // namespace chassis
