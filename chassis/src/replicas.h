#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chassis {

/// The addresses behind a peer's name, taken in turn. They are looked up each second, so that a new
/// replica gets its share of the calls at once and a lost one gets none. Thread-safe.
class Replicas {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// The addresses now; nothing when that could not be learned, and what was known stays.
  using LookUp = std::function<std::optional<std::vector<std::string>>()>;

  static constexpr std::chrono::seconds look_up_period{1};
  static constexpr std::chrono::seconds rest{5};

  /// Those of the host in the URL; none at all when that is an address itself.
  static std::unique_ptr<Replicas> of(const std::string& url);

  explicit Replicas(LookUp look_up);
  ~Replicas();
  Replicas(const Replicas&) = delete;
  Replicas& operator=(const Replicas&) = delete;

  /// The address to call next; empty while none is known. One that failed lately is passed over,
  /// unless all did.
  std::string next(Time now);

  /// The address could not be reached, or kept silent.
  void failed(const std::string& address, Time now);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace chassis
