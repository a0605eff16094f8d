#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "chassis/metrics.h"

namespace chassis {

/// Seconds by status for one route and method. Handles are resolved on first use and kept.
class RouteMetrics {
 public:
  RouteMetrics(std::string route, std::string_view method)
      : route_{std::move(route)}, method_{method} {}

  void observe(int status, std::chrono::steady_clock::duration took) {
    const auto seconds = std::chrono::duration<double>(took).count();
    auto& slot = slots_[index_of(status)];
    auto* series = slot.load(std::memory_order_acquire);
    if (series == nullptr) {
      series = new Histogram{
          histogram("http_server_request_duration_seconds", "Time to answer a request",
                    {{"route", route_}, {"method", method_}, {"status", std::to_string(status)}})};
      Histogram* expected = nullptr;
      if (!slot.compare_exchange_strong(expected, series)) {
        delete series;
        series = expected;
      }
    }
    series->observe(seconds);
  }

  ~RouteMetrics() {
    for (auto& slot : slots_) delete slot.load();
  }

 private:
  static constexpr std::size_t statuses = 500;  // 100..599
  static std::size_t index_of(int status) {
    return static_cast<std::size_t>(std::min(std::max(status, 100), 599) - 100);
  }

  std::string route_;
  std::string method_;
  std::array<std::atomic<Histogram*>, statuses> slots_{};
};

}  // namespace chassis
