#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace chassis {

/// Wakes and stops threads that wait.
class Wake {
 public:
  /// Ends one wait_for_work(), the present or the next one.
  void tell() {
    {
      const std::lock_guard lock{mutex_};
      told_ = true;
    }
    changed_.notify_all();
  }
  /// Ends every wait, from now on.
  void stop() {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    changed_.notify_all();
  }
  bool stopped() const {
    const std::lock_guard lock{mutex_};
    return stopped_;
  }
  /// Until somebody tells, or `most` is over.
  void wait_for_work(std::chrono::milliseconds most) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, most, [&] { return told_ || stopped_; });
    told_ = false;
  }
  /// True when it ended because of stop().
  bool pause(std::chrono::milliseconds time) const {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, time, [&] { return stopped_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool told_ = false;
  bool stopped_ = false;
};

}  // namespace chassis
