#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "chassis/page.h"
#include "chassis/saga.h"

namespace chassis {

bool has_ended(SagaState state);
const char* name(SagaState state);

/// A saga taken for work: nobody else takes it until its lease is over.
struct HeldSaga {
  Saga saga;
  SagaState state = SagaState::running;
  std::string step;
  int attempts = 0;
  std::string traceparent;
  std::optional<Error> why;  // what turned it around
  std::string lease;
  std::chrono::milliseconds age{0};  // by the database's clock, when it was last asked
};

/// Thrown when somebody else has taken the saga: nothing of this worker's is recorded any more.
struct LeaseLost {};

/// What GET /internal/sagas tells of one.
struct SagaSummary {
  std::string kind;
  std::string id;
  SagaState state;
  std::string step;
  int attempts;
  std::optional<Error> why;
  Time started_at;
  Time next_try_at;
};

/// How many sagas are under way at a step.
struct SagaCount {
  std::string kind;
  std::string step;
  SagaState state;
  double count;
  double oldest_seconds;
};

/// The table of sagas.
class SagaStore {
 public:
  SagaStore(Database& database, std::chrono::milliseconds lease);

  /// Only sagas at a step that is known here are taken.
  void know(const std::string& kind, const std::string& step);

  /// Throws Error{conflict} when there is one already.
  void insert(Transaction& transaction, const std::string& kind, const std::string& id,
              const std::string& step, const std::string& data, const std::string& traceparent);

  /// The saga, when nobody works on it and it waits for no later try.
  std::optional<HeldSaga> take(const std::string& kind, const std::string& id);
  /// The saga that is due longest.
  std::optional<HeldSaga> take_due();
  /// How long until take_due() finds something; `most` when nothing is in sight.
  std::chrono::milliseconds until_due(std::chrono::milliseconds most);

  struct Place {
    SagaState state;
    std::chrono::milliseconds wait;  // until it may be taken
  };
  std::optional<Place> find(const std::string& kind, const std::string& id);

  // Who holds a saga records in a transaction of its own, or leaves by LeaseLost. Each but
  // release() renews the lease and returns the saga's age.
  void record(const std::function<void(Transaction&)>& work) { database_.write(work); }
  std::chrono::milliseconds move(Transaction& transaction, const HeldSaga& held,
                                 const std::string& step);
  std::chrono::milliseconds turn_around(Transaction& transaction, const HeldSaga& held,
                                        const Error& why);
  /// Tells the channel `ended_channel` the saga's key().
  std::chrono::milliseconds end(Transaction& transaction, const HeldSaga& held, SagaState state);
  /// Gives the saga back, to be taken again after `pause`.
  void release(const HeldSaga& held, int failures, std::chrono::milliseconds pause);

  std::vector<SagaSummary> list(const std::optional<std::string>& state, const PageRequest& page);
  std::vector<SagaCount> counts();
  /// Removes some of those that ended more than 30 days ago; returns how many.
  int purge();

  static constexpr const char* ended_channel = "chassis_sagas_ended";
  static constexpr int purge_most = 1000;
  /// What names a saga in notifications.
  static std::string key(const std::string& kind, const std::string& id) { return kind + " " + id; }

 private:
  Database& database_;
  const std::chrono::milliseconds lease_;
  std::string known_;
};

}  // namespace chassis
