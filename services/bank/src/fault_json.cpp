#include "fault_json.h"

namespace bank {

FaultPlan parse_plan(std::string_view body) {
  const auto draft = chassis::from_json<FaultPlanDraft>(body);
  const FaultPlan plan{draft.latency_ms.value_or(0),
                       draft.error_rate.value_or(0),
                       draft.drop_after_capture_rate.value_or(0),
                       draft.duplicate_rate.value_or(0),
                       draft.garbage_rate.value_or(0),
                       draft.seed.value_or(0)};
  check(plan);
  return plan;
}

}  // namespace bank
