#include "fault.h"

#include <string>
#include <vector>

namespace bank {
namespace {

using chassis::Error;
using chassis::ErrorCode;

/// The n-th number of SplitMix64 from this seed, as a fraction in [0, 1). (Steele, Lea, Flood:
/// Fast splittable pseudorandom number generators, 2014.)
std::uint64_t number(std::uint64_t seed, std::uint64_t n) {
  auto z = seed + (n + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

double fraction(std::uint64_t number) { return static_cast<double>(number >> 11U) * 0x1p-53; }

}  // namespace

void check(const FaultPlan& plan) {
  std::vector<chassis::FieldError> wrong;
  const auto check_range = [&](const char* pointer, std::int64_t value, std::int64_t most) {
    if (value < 0 || value > most) {
      wrong.push_back({pointer, "must be from 0 to " + std::to_string(most)});
    }
  };
  const auto check_rate = [&](const char* pointer, double rate) {
    if (!(rate >= 0 && rate <= 1)) wrong.push_back({pointer, "must be from 0 to 1"});
  };
  check_range("/latency_ms", plan.latency_ms, latency_max_ms);
  check_rate("/error_rate", plan.error_rate);
  check_rate("/drop_after_capture_rate", plan.drop_after_capture_rate);
  check_rate("/duplicate_rate", plan.duplicate_rate);
  check_rate("/garbage_rate", plan.garbage_rate);
  check_range("/seed", plan.seed, seed_max);
  if (!wrong.empty()) throw Error{std::move(wrong)};
}

Mishap mishap_of(const FaultPlan& plan, std::uint64_t n) {
  constexpr std::uint64_t numbers_each = 5;
  auto next = n * numbers_each;
  const auto draw = [&] { return number(static_cast<std::uint64_t>(plan.seed), next++); };
  const auto happens = [&](double rate) { return fraction(draw()) < rate; };
  Mishap mishap;
  mishap.latency = std::chrono::milliseconds{plan.latency_ms};
  mishap.error = happens(plan.error_rate);
  mishap.error_code = draw() % 2 == 0 ? ErrorCode::unavailable : ErrorCode::internal;
  mishap.drop = happens(plan.drop_after_capture_rate);
  mishap.duplicate = happens(plan.duplicate_rate);
  mishap.garbage = happens(plan.garbage_rate);
  return mishap;
}

}  // namespace bank
