#pragma once

#include <map>
#include <string>
#include <vector>

#include "chassis/metrics.h"
#include "chassis/saga.h"

namespace chassis {

/// What became of the tries of one step.
struct StepMetrics {
  StepMetrics(const std::string& kind, const std::string& step);

  Counter done;
  Counter retried;
  Counter refused;
  Counter undone;
  Counter undo_failed;
  Counter stuck;  // an undo was refused
};

/// A kind of saga with its metrics.
struct KnownSaga {
  /// Throws std::logic_error for a kind that cannot be run.
  explicit KnownSaga(SagaKind k);

  /// The place of a step.
  std::size_t index(const std::string& step) const;
  bool knows(const std::string& step) const { return index(step) < kind.steps.size(); }

  SagaKind kind;
  std::vector<StepMetrics> steps;
  Counter ended_done;
  Counter ended_undone;
  Histogram duration;
  Gauge running;
  Gauge undoing;
  Gauge oldest;
};

using KnownSagas = std::map<std::string, KnownSaga>;

}  // namespace chassis
