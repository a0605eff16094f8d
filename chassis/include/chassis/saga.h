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
/// kept or neither. It must not call anyone, nor touch anything outside: the transaction may be
/// tried again. What it throws counts as thrown by the step, so that a rule or constraint of our
/// own may refuse it too.
using SagaEffect = std::function<void(Transaction& transaction)>;

/// One step. `act` and `undo` run outside any transaction, under a Context with the trace of
/// start(), no caller, and a deadline a few seconds away. They must be idempotent: they run again
/// after a failure, and after a crash that left open whether they did. Whoever they call must
/// refuse an act that comes after its undo, since a message, or a stalled replica, may be late.
struct SagaStep {
  /// Lower-case letters, digits, "-" and "_". It stands in the database: see README.md for what a
  /// new version may change.
  const char* name;
  /// Does the step, usually by calling a peer. An Error of status 5xx, 429 or of type
  /// "in-progress", or any other exception: it is not known whether it was done, and it is tried
  /// again with back-off (at least the Error's retry_after). Any other Error: the step is refused
  /// for good, and the saga turns around.
  std::function<SagaEffect(const Saga& saga)> act;
  /// Undoes the step; must be harmless when `act` never took effect. Tried until it succeeds,
  /// whatever it throws. Empty: there is nothing to undo.
  std::function<SagaEffect(const Saga& saga)> undo = nullptr;
};

struct SagaKind {
  const char* name;  // as a step's
  std::vector<SagaStep> steps;
  /// A saga whose steps are not done this long after its start turns around for Error{timeout}: the
  /// step under way and all before it are undone, last first. Zero: it never does, but for a
  /// refusal.
  std::chrono::milliseconds give_up_after{0};
  /// Runs in the transaction that records that all is undone; `why` is what turned it around (but
  /// for its retry_after).
  std::function<void(Transaction& transaction, const Saga& saga, const Error& why)> undone =
      nullptr;
};

enum class SagaState { running, undoing, done, undone };

/// The sagas of a service, kept in its database. Each step is recorded before the next begins. One
/// thread of one replica works on a saga at a time, by a lease that ends when it dies; any replica
/// goes on from the last recorded step. One that lost its lease records nothing more.
class Sagas {
 public:
  /// Reads its settings: SAGA_LEASE_MS (10000, at least twice the next), SAGA_STEP_MS (3000, of one
  /// act or undo), SAGA_RETRY_MAX_MS (30000, the longest pause between tries). Construct it before
  /// listener.start().
  Sagas(Config& config, Database& database, Listener& listener);
  ~Sagas();
  Sagas(const Sagas&) = delete;
  Sagas& operator=(const Sagas&) = delete;

  /// Before anything else. Throws std::logic_error for a kind that was added, or cannot be run.
  void add(SagaKind kind);

  /// Begins a saga in the caller's transaction; once that commits, run() goes on at once, or the
  /// background after a second. Throws Error{conflict} when there is one of this kind and id
  /// already (or was, until 30 days after its end).
  void start(Transaction& transaction, const std::string& kind, const std::string& id,
             const std::string& data);

  /// Works on the saga in this thread, or waits for who does, until it has ended or `patience` or
  /// the Context's deadline is over; returns where it is then. What is left goes on in the
  /// background. Without patience it only says where the saga is. Never throws for what happens
  /// inside the saga. Throws Error{not_found} when there is no such saga, and what the database
  /// throws when it cannot be asked.
  SagaState run(const std::string& kind, const std::string& id, std::chrono::milliseconds patience);

  /// GET /internal/sagas: those that have not ended, oldest first; README.md describes it.
  Routes routes();

  /// Goes on with what others left, in threads of its own.
  void begin();
  /// Ends what is under way, here and in run(), at its next step, gives it back and returns.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chassis
