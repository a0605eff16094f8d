#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace chassis {

/// Decides whether a peer is worth calling. Closed: every call may go. It opens after
/// `run_max` failures in a row, or when more than half of at least `sample_min` calls within
/// `window` failed; then no call may go for `pause`. After that it is half open: one call at a time
/// may try; its success closes the circuit, its failure opens it again. Not thread-safe.
class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr int run_max = 5;
  static constexpr int sample_min = 20;
  static constexpr std::chrono::seconds window{10};
  static constexpr std::chrono::seconds pause{1};

  enum class State { closed = 0, half_open = 1, open = 2 };
  enum class Result {
    success,
    failure,
    unknown  // says nothing about the peer
  };

  /// Permission for one call, to be returned with its result.
  struct Pass {
    std::uint64_t era;
    Time since;
  };

  /// Nothing when the call must not be made.
  std::optional<Pass> enter(Time now);

  /// What came of a call. A result from before the last change of state counts for nothing.
  void leave(Pass pass, Result result, Time now);

  State state() const { return state_; }

 private:
  struct Second {
    std::int64_t number = -1;
    int calls = 0;
    int failures = 0;
  };

  void count(bool failed, Time now);
  bool mostly_failing(Time now) const;
  void become(State state, Time now);

  State state_ = State::closed;
  std::uint64_t era_ = 0;  // counts changes of state
  Time opened_;
  bool trying_ = false;  // half open, and a call is under way
  int run_ = 0;          // failures since the last success
  Time run_grew_;
  std::array<Second, window / std::chrono::seconds{1}> seconds_;
};

}  // namespace chassis
