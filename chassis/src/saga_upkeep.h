#pragma once

#include <chrono>
#include <mutex>
#include <set>
#include <string>

#include "saga_kind.h"
#include "saga_store.h"

namespace chassis {

/// What is to be done about sagas now and then: their gauges, and removing old ones.
class SagaUpkeep {
 public:
  SagaUpkeep(SagaStore& store, const KnownSagas& kinds) : store_{store}, kinds_{kinds} {}

  /// Does what is due, in one thread at a time. Throws what the database throws.
  void run();

 private:
  using Moment = std::chrono::steady_clock::time_point;
  void measure();
  void tell_unknown(const SagaCount& count);

  SagaStore& store_;
  const KnownSagas& kinds_;
  std::mutex mutex_;
  Moment measure_at_ = Moment::min();
  Moment purge_at_ = Moment::min();
  std::set<std::string> told_;
};

}  // namespace chassis
