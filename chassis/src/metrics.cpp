#include "chassis/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

#include "process_metrics.h"

namespace chassis {
namespace {

struct State {
  prometheus::Registry registry;
  std::mutex mutex;
  std::vector<std::function<void()>> refreshes;
};

State& state() {
  static auto* const kept = new State;  // never destroyed: threads may count while the process ends
  return *kept;
}

}  // namespace

void Counter::add(double amount) const {
  static_cast<prometheus::Counter*>(series_)->Increment(amount);
}
void Gauge::set(double value) const { static_cast<prometheus::Gauge*>(series_)->Set(value); }
void Gauge::add(double amount) const {
  static_cast<prometheus::Gauge*>(series_)->Increment(amount);
}
void Histogram::observe(double value) const {
  static_cast<prometheus::Histogram*>(series_)->Observe(value);
}

const std::vector<double>& duration_buckets() {
  static const std::vector<double> buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                           0.1,    0.25,  0.5,    1,     2.5,  10};
  return buckets;
}

Counter counter(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state().registry);
  Counter handle;
  handle.series_ = &family.Add(labels);
  return handle;
}

Gauge gauge(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state().registry);
  Gauge handle;
  handle.series_ = &family.Add(labels);
  return handle;
}

Histogram histogram(const std::string& name, const std::string& help, const Labels& labels,
                    const std::vector<double>& buckets) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state().registry);
  Histogram handle;
  handle.series_ = &family.Add(labels, buckets);
  return handle;
}

void before_scrape(std::function<void()> refresh) {
  const std::lock_guard lock{state().mutex};
  state().refreshes.push_back(std::move(refresh));
}

std::string metrics_text() {
  refresh_process_metrics();
  {
    const std::lock_guard lock{state().mutex};
    for (const auto& refresh : state().refreshes) refresh();
  }
  return prometheus::TextSerializer{}.Serialize(state().registry.Collect());
}

}  // namespace chassis
