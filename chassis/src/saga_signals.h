#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "chassis/context.h"

namespace chassis {

/// What the threads of this process wait for: the end of a saga, work, or to stop.
class SagaSignals {
 public:
  /// Attention to one saga, from its construction on.
  class Watch {
   public:
    Watch(SagaSignals& signals, const std::string& key);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// Until the saga ended or something was missed since the last wait, until stop(), or `until`.
    void wait(Deadline until);

   private:
    friend class SagaSignals;
    SagaSignals& signals_;
    std::unordered_multimap<std::string, Watch*>::iterator place_;
    bool told_ = false;
  };

  void ended(const std::string& key);
  /// Any saga may have ended.
  void missed();

  /// There may be work.
  void wake();
  /// How often wake() was called; read it before looking for work.
  std::int64_t calls() const;
  /// Until wake() was called more often than that, until stop(), or for `most`.
  void rest(std::int64_t calls, std::chrono::milliseconds most);

  void stop();
  bool stopping() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_multimap<std::string, Watch*> watches_;
  std::int64_t calls_ = 0;
  bool stopping_ = false;
};

}  // namespace chassis
