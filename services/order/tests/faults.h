#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "chassis/error.h"

namespace order {

/// What a test does to calls of a peer: before one is done it fails without effect, after it the
/// answer is lost.
class Faults {
 public:
  using Fault = std::function<void()>;

  void before(const std::string& call, Fault fault) { set(before_, call, std::move(fault)); }
  void after(const std::string& call, Fault fault) { set(after_, call, std::move(fault)); }
  void clear() {
    const std::lock_guard lock{mutex_};
    before_.clear();
    after_.clear();
  }

  void strike_before(const std::string& call) { strike(before_, call); }
  void strike_after(const std::string& call) { strike(after_, call); }

  /// Fails so many times, then no more.
  static Fault times(int count) {
    return [left = std::make_shared<std::atomic<int>>(count)] {
      if ((*left)-- > 0) {
        throw chassis::Error{chassis::ErrorCode::unavailable, "nobody knows what became of it"};
      }
    };
  }
  static Fault always() { return times(1'000'000); }

 private:
  using Each = std::map<std::string, Fault>;

  void set(Each& faults, const std::string& call, Fault fault) {
    const std::lock_guard lock{mutex_};
    faults[call] = std::move(fault);
  }
  void strike(Each& faults, const std::string& call) {
    Fault fault;
    {
      const std::lock_guard lock{mutex_};
      if (const auto found = faults.find(call); found != faults.end()) fault = found->second;
    }
    if (fault) fault();
  }

  std::mutex mutex_;
  Each before_;
  Each after_;
};

}  // namespace order
