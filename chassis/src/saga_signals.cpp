#include "saga_signals.h"

namespace chassis {

SagaSignals::Watch::Watch(SagaSignals& signals, const std::string& key) : signals_{signals} {
  const std::lock_guard lock{signals_.mutex_};
  place_ = signals_.watches_.emplace(key, this);
}

SagaSignals::Watch::~Watch() {
  const std::lock_guard lock{signals_.mutex_};
  signals_.watches_.erase(place_);
}

void SagaSignals::Watch::wait(Deadline until) {
  std::unique_lock lock{signals_.mutex_};
  signals_.changed_.wait_until(lock, until, [&] { return told_ || signals_.stopping_; });
  told_ = false;
}

void SagaSignals::ended(const std::string& key) {
  {
    const std::lock_guard lock{mutex_};
    const auto [begin, end] = watches_.equal_range(key);
    for (auto it = begin; it != end; ++it) it->second->told_ = true;
    if (begin == end) return;
  }
  changed_.notify_all();
}

void SagaSignals::missed() {
  {
    const std::lock_guard lock{mutex_};
    for (auto& [key, watch] : watches_) watch->told_ = true;
  }
  changed_.notify_all();
}

void SagaSignals::wake() {
  {
    const std::lock_guard lock{mutex_};
    ++calls_;
  }
  changed_.notify_all();
}

std::int64_t SagaSignals::calls() const {
  const std::lock_guard lock{mutex_};
  return calls_;
}

void SagaSignals::rest(std::int64_t calls, std::chrono::milliseconds most) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, most, [&] { return calls_ > calls || stopping_; });
}

void SagaSignals::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
}

bool SagaSignals::stopping() const {
  const std::lock_guard lock{mutex_};
  return stopping_;
}

}  // namespace chassis
