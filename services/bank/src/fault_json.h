#pragma once

#include <optional>
#include <string_view>

#include "chassis/json.h"
#include "fault.h"

namespace bank {

/// Reads a plan; what it does not name is 0. Throws Error{invalid} as from_json() and check() do.
FaultPlan parse_plan(std::string_view body);

/// A plan in which anything may be left out.
struct FaultPlanDraft {
  std::optional<std::int64_t> latency_ms;
  std::optional<double> error_rate;
  std::optional<double> drop_after_capture_rate;
  std::optional<double> duplicate_rate;
  std::optional<double> garbage_rate;
  std::optional<std::int64_t> seed;
};

}  // namespace bank

template <>
struct chassis::Fields<bank::FaultPlan> {
  using Plan = bank::FaultPlan;
  static constexpr auto list = std::make_tuple(
      field("latency_ms", &Plan::latency_ms), field("error_rate", &Plan::error_rate),
      field("drop_after_capture_rate", &Plan::drop_after_capture_rate),
      field("duplicate_rate", &Plan::duplicate_rate), field("garbage_rate", &Plan::garbage_rate),
      field("seed", &Plan::seed));
};

template <>
struct chassis::Fields<bank::FaultPlanDraft> {
  using Plan = bank::FaultPlanDraft;
  static constexpr auto list = std::make_tuple(
      field("latency_ms", &Plan::latency_ms), field("error_rate", &Plan::error_rate),
      field("drop_after_capture_rate", &Plan::drop_after_capture_rate),
      field("duplicate_rate", &Plan::duplicate_rate), field("garbage_rate", &Plan::garbage_rate),
      field("seed", &Plan::seed));
};
