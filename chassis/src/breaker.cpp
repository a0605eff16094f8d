#include "breaker.h"

namespace chassis {
namespace {

std::int64_t second_of(Breaker::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

std::optional<Breaker::Pass> Breaker::enter(Time now) {
  if (state_ == State::open && now >= opened_ + pause) become(State::half_open, now);
  if (state_ == State::open || trying_) return std::nullopt;
  trying_ = state_ == State::half_open;
  return Pass{era_, now};
}

void Breaker::leave(Pass pass, Result result, Time now) {
  if (pass.era != era_) return;
  if (state_ == State::half_open) {
    trying_ = false;
    if (result == Result::success) become(State::closed, now);
    if (result == Result::failure) become(State::open, now);
    return;
  }
  if (result == Result::unknown) return;
  const auto failed = result == Result::failure;
  count(failed, now);
  if (!failed) {
    run_ = 0;
  } else if (run_ == 0 || pass.since >= run_grew_) {
    // Calls that were under way together fail together when one replica of several dies: that is
    // one failure of the run, for none of them was made after it was known.
    ++run_;
    run_grew_ = now;
  }
  if (run_ >= run_max || mostly_failing(now)) become(State::open, now);
}

void Breaker::count(bool failed, Time now) {
  const auto number = second_of(now);
  auto& second = seconds_[static_cast<std::size_t>(number) % seconds_.size()];
  if (second.number != number) second = {number, 0, 0};
  ++second.calls;
  if (failed) ++second.failures;
}

bool Breaker::mostly_failing(Time now) const {
  const auto oldest = second_of(now) - static_cast<std::int64_t>(seconds_.size());
  int calls = 0;
  int failures = 0;
  for (const auto& second : seconds_) {
    if (second.number <= oldest) continue;
    calls += second.calls;
    failures += second.failures;
  }
  return calls >= sample_min && 2 * failures > calls;
}

void Breaker::become(State state, Time now) {
  state_ = state;
  ++era_;
  trying_ = false;
  run_ = 0;
  seconds_.fill({});
  if (state == State::open) opened_ = now;
}

}  // namespace chassis
