#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "audit.h"

namespace audit {

/// The real time, cut short when the service stops.
class RealWatch final : public Watch {
 public:
  explicit RealWatch(std::stop_token stop) : stop_{std::move(stop)} {}

  chassis::Time now() const override { return chassis::system_clock().now(); }
  std::chrono::milliseconds elapsed() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  void pause(std::chrono::milliseconds time) override {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, stop_, time, [] { return false; });
    if (stop_.stop_requested()) throw Stopped{};
  }

 private:
  std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
};

}  // namespace audit
