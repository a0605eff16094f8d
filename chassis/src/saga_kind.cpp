#include "saga_kind.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace chassis {
namespace {

/// From a saga inside one request to one that outlasts a long outage.
const std::vector<double> duration_bounds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,   2.5,
                                          5,    10,    30,   60,  300,  900, 3600};

Counter steps_total(const std::string& kind, const std::string& step, const char* outcome) {
  return counter("saga_steps_total", "Tries of the steps of sagas, by outcome",
                 {{"kind", kind}, {"step", step}, {"outcome", outcome}});
}

Counter ended_total(const std::string& kind, const char* outcome) {
  return counter("saga_ended_total", "Sagas that ended, by outcome",
                 {{"kind", kind}, {"outcome", outcome}});
}

Gauge in_flight(const std::string& kind, const char* state) {
  return gauge("saga_in_flight", "Sagas that have not ended, of all replicas",
               {{"kind", kind}, {"state", state}});
}

/// A name stands in lists, separated by commas and slashes.
void check_name(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_' ||
           letter == '-';
  });
  if (name.empty() || !plain) throw std::logic_error{"not a name for a saga or step: " + name};
}

}  // namespace

StepMetrics::StepMetrics(const std::string& kind, const std::string& step)
    : done{steps_total(kind, step, "done")},
      retried{steps_total(kind, step, "retried")},
      refused{steps_total(kind, step, "refused")},
      undone{steps_total(kind, step, "undone")},
      undo_failed{steps_total(kind, step, "undo_failed")},
      stuck{steps_total(kind, step, "stuck")} {}

KnownSaga::KnownSaga(SagaKind k)
    : kind{std::move(k)},
      ended_done{ended_total(kind.name, "done")},
      ended_undone{ended_total(kind.name, "undone")},
      duration{histogram("saga_duration_seconds", "From the start of a saga to its end",
                         {{"kind", kind.name}}, duration_bounds)},
      running{in_flight(kind.name, "running")},
      undoing{in_flight(kind.name, "undoing")},
      oldest{gauge("saga_oldest_seconds", "Age of the oldest saga that has not ended",
                   {{"kind", kind.name}})} {
  check_name(kind.name);
  std::set<std::string> names;
  for (const auto& step : kind.steps) {
    check_name(step.name);
    if (!step.act || !names.insert(step.name).second) {
      throw std::logic_error{std::string{"a step without act, or twice: "} + step.name};
    }
    steps.emplace_back(kind.name, step.name);
  }
  if (steps.empty()) throw std::logic_error{std::string{"a saga without steps: "} + kind.name};
}

std::size_t KnownSaga::index(const std::string& step) const {
  const auto found = std::find_if(kind.steps.begin(), kind.steps.end(),
                                  [&](const auto& each) { return each.name == step; });
  return static_cast<std::size_t>(found - kind.steps.begin());
}

}  // namespace chassis
