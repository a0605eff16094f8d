#pragma once

#include <chrono>

namespace chassis {

/// A circuit breaker (M. Nygard, Release It!, 2007). Closed: calls pass. After `failures_max`
/// failures in a row it opens: calls are refused for `open_for`. Then one call may try (half open):
/// its success closes the circuit, its failure opens it again. Not thread-safe.
class Circuit {
 public:
  using Clock = std::chrono::steady_clock;
  enum class State { closed, half_open, open };

  static constexpr int failures_max = 5;
  static constexpr std::chrono::milliseconds open_for{1000};

  /// Whether a call may be made now; in half open only the first to ask.
  bool allow(Clock::time_point now);
  void succeeded();
  void failed(Clock::time_point now);
  /// The call that allow() let pass says nothing about the peer: its caller gave up.
  void abandoned();
  State state() const { return state_; }

 private:
  State state_ = State::closed;
  int failures_ = 0;
  bool trying_ = false;
  Clock::time_point opened_at_;
};

/// How many retries a peer may get: a tenth of the calls made of late, and a few to start with, so
/// that retries cannot multiply the load on a peer that is in trouble. Not thread-safe.
class RetryAllowance {
 public:
  static constexpr double retries_per_call = 0.1;
  static constexpr double saved_max = 10;

  void called() {
    saved_ = saved_ + retries_per_call < saved_max ? saved_ + retries_per_call : saved_max;
  }
  /// Takes one retry from the budget, or returns false.
  bool take();

 private:
  double saved_ = 3;
};

}  // namespace chassis
