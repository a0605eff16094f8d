#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "chassis/error.h"

namespace bank {

/// What is made to go wrong, and how often: rates from 0 (never) to 1 (always).
struct FaultPlan {
  std::int64_t latency_ms = 0;         // each call waits so long first, 0..latency_max_ms
  double error_rate = 0;               // 500 or 503, and nothing is done
  double drop_after_capture_rate = 0;  // the money is captured, and the answer never comes
  double duplicate_rate = 0;           // the charge is booked twice, and answered once
  double garbage_rate = 0;             // it is done, and the answer is no JSON
  std::int64_t seed = 0;

  bool operator==(const FaultPlan&) const = default;
};

constexpr std::int64_t latency_max_ms = 30'000;
constexpr std::int64_t seed_max = 9'007'199'254'740'991;  // what every JSON reader keeps exactly

/// Throws Error{invalid} naming each field outside its range.
void check(const FaultPlan& plan);

/// What goes wrong with one call.
struct Mishap {
  std::chrono::milliseconds latency{0};
  bool error = false;
  chassis::ErrorCode error_code = chassis::ErrorCode::unavailable;
  bool drop = false;
  bool duplicate = false;
  bool garbage = false;
};

/// The mishap of the n-th call (from 0) under this plan: always the same one.
Mishap mishap_of(const FaultPlan& plan, std::uint64_t n);

/// The mishap of the call that is now to be answered.
using NextMishap = std::function<Mishap()>;

/// The plan, wherever it is kept; all replicas share one plan and one sequence.
class Faults {
 public:
  virtual ~Faults() = default;

  virtual FaultPlan plan() = 0;
  /// The sequence begins anew.
  virtual void set(const FaultPlan& plan) = 0;
  /// The next mishap of the sequence; none while all of the plan is zero.
  virtual Mishap next() = 0;
};

}  // namespace bank
