#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "chassis/config.h"
#include "chassis/db.h"
#include "chassis/http.h"
#include "chassis/listener.h"

namespace chassis {

/// One piece of work over several services that ends whole or not at all.
struct Saga {
  std::string kind;  // "checkout"
  std::string id;    // a UUID: what it is about; a kind has one saga for each
  std::string data;  // the service's own JSON, as given to start(); gone once the saga has ended
  Time started_at;
};

/// The local part of a step: runs in the transaction that records the step as done, so both are
/// kept or neither. It must not call anyone.
using SagaEffect = std::function<void(Transaction& transaction)>;

/// One step. `act` and `undo` run outside any transaction, with a Context whose deadline is a few
/// seconds away, and may run again after a crash or a failure: they must be idempotent.
struct SagaStep {
  const char* name;
  /// Does the step, usually by calling a peer. Throws: an Error of status 5xx or 429 when it is
  /// not known whether it was done, and it is tried again with back-off; any other Error when the
  /// step is refused for good, and the saga turns around.
  std::function<SagaEffect(const Saga& saga)> act;
  /// Undoes the step; must be harmless when `act` never took effect. Tried until it succeeds.
  /// Empty: there is nothing to undo.
  std::function<SagaEffect(const Saga& saga)> undo = nullptr;
};

struct SagaKind {
  const char* name;
  std::vector<SagaStep> steps;
  /// A saga whose steps are not done this long after its start turns around: the step under way and
  /// all before it are undone, last first. Zero: it never does, but for a refusal.
  std::chrono::milliseconds give_up_after{0};
  /// Runs in the transaction that records that all is undone; `why` is what turned it around.
  std::function<void(Transaction& transaction, const Saga& saga, const Error& why)> undone;
};

enum class SagaState { running, undoing, done, undone };

/// The sagas of a service, kept in its database. Each step is recorded before the next begins. One
/// thread of one replica works on a saga at a time, by a lease that ends when it dies; any replica
/// goes on from the last recorded step.
class Sagas {
 public:
  /// Reads its settings: SAGA_LEASE_MS (10000), SAGA_STEP_MS (3000, of one act or undo),
  /// SAGA_RETRY_MAX_MS (30000, the longest pause between tries).
  Sagas(Config& config, Database& database, Listener& listener);
  ~Sagas();
  Sagas(const Sagas&) = delete;
  Sagas& operator=(const Sagas&) = delete;

  /// Before begin().
  void add(SagaKind kind);

  /// Begins a saga in the caller's transaction; once that commits, run() or the background goes on.
  /// Throws Error{conflict} when there is one of this kind and id already.
  void start(Transaction& transaction, const std::string& kind, const std::string& id,
             const std::string& data);

  /// Works on the saga in this thread, or waits for who does, until it has ended or `patience` or
  /// the Context's deadline is over; returns where it is then. Never throws for what happens inside
  /// the saga. Throws Error{not_found} when there is no such saga.
  SagaState run(const std::string& kind, const std::string& id, std::chrono::milliseconds patience);

  /// GET /internal/sagas: those that have not ended, oldest first; README.md describes it.
  Routes routes();

  /// Goes on with what others left, in threads of its own.
  void begin();
  /// Ends what is under way at its next step and returns.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chassis
