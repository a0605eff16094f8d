#pragma once

#include <algorithm>
#include <chrono>

namespace chassis {

/// Bounds retries so that they cannot multiply the load on a peer in trouble: each call earns a
/// tenth of a retry, and time earns `a_second` of them, so that a quiet client may retry too.
/// Unused ones are kept up to `most`. Not thread-safe.
class RetryBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr double a_call = 0.1;
  static constexpr double a_second = 0.5;
  static constexpr double most = 10;

  explicit RetryBudget(Time now) : earned_until_{now} {}

  void call_made() { left_ = std::min(most, left_ + a_call); }

  /// Whether one more retry may be made; if so, it is spent.
  bool spend(Time now) {
    const std::chrono::duration<double> passed = now - earned_until_;
    earned_until_ = now;
    left_ = std::min(most, left_ + a_second * passed.count());
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  double left_ = most;
  Time earned_until_;
};

}  // namespace chassis
