#include "saga_upkeep.h"

#include <algorithm>

#include "chassis/log.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;

constexpr auto measure_period = 5s;
constexpr auto purge_period = 5min;

}  // namespace

void SagaUpkeep::run() {
  const std::unique_lock lock{mutex_, std::try_to_lock};
  const auto now = std::chrono::steady_clock::now();
  if (!lock || now < measure_at_) return;
  measure_at_ = now + measure_period;
  measure();
  if (now < purge_at_) return;
  if (store_.purge() < SagaStore::purge_most) purge_at_ = now + purge_period;
}

void SagaUpkeep::measure() {
  struct Sum {
    double running = 0;
    double undoing = 0;
    double oldest = 0;
  };
  std::map<std::string, Sum> sums;
  for (const auto& count : store_.counts()) {
    auto& sum = sums[count.kind];
    (count.state == SagaState::running ? sum.running : sum.undoing) += count.count;
    sum.oldest = std::max(sum.oldest, count.oldest_seconds);
    tell_unknown(count);
  }
  for (const auto& [name, kind] : kinds_) {
    const auto& sum = sums[name];
    kind.running.set(sum.running);
    kind.undoing.set(sum.undoing);
    kind.oldest.set(sum.oldest);
  }
}

/// A newer version, which runs beside this one or did, goes on with those.
void SagaUpkeep::tell_unknown(const SagaCount& count) {
  const auto kind = kinds_.find(count.kind);
  if (kind != kinds_.end() && kind->second.knows(count.step)) return;
  if (!told_.insert(count.kind + "/" + count.step).second) return;
  log::warning("sagas at an unknown step are left alone",
               {{"kind", count.kind}, {"step", count.step}});
}

}  // namespace chassis
