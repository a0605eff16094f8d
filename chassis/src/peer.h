#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "breaker.h"
#include "chassis/metrics.h"
#include "reactor.h"
#include "replicas.h"
#include "retry_budget.h"

namespace chassis {

class PendingCall;

/// What the reactor knows of one peer. Only its thread uses it.
class Peer {
 public:
  explicit Peer(std::string name);

  const std::string& name() const { return name_; }

  /// Permission to send to the peer now.
  std::optional<Breaker::Pass> enter();
  void leave(Breaker::Pass pass, Breaker::Result result);

  /// Spreads the calls over the peer's replicas, if they can be told apart.
  void spread_over(std::unique_ptr<Replicas> replicas) { replicas_ = std::move(replicas); }
  Replicas* replicas() { return replicas_.get(); }

  RetryBudget& budget() { return budget_; }
  void count_retry() const { retries_.add(); }
  /// `result` is "2xx" and the like, "error", "timeout" or "open".
  void measure(const std::string& result, std::chrono::steady_clock::duration took);

  std::set<std::shared_ptr<PendingCall>>& pending() { return pending_; }

 private:
  void show_state(Breaker::State before);

  const std::string name_;
  Breaker breaker_;
  RetryBudget budget_;
  std::unique_ptr<Replicas> replicas_;
  Counter retries_;
  Gauge breaker_state_;
  std::map<std::string, Histogram> durations_;
  std::set<std::shared_ptr<PendingCall>> pending_;
};

}  // namespace chassis
