#include "peer.h"

#include "chassis/log.h"

namespace chassis {

Peer::Peer(std::string name)
    : name_{std::move(name)},
      budget_{std::chrono::steady_clock::now()},
      retries_{counter("http_client_retries_total", "Calls made again after a failure.",
                       {{"peer", name_}})},
      breaker_state_{gauge("http_client_breaker_state",
                           "Circuit to the peer: 0 closed, 1 half open, 2 open.",
                           {{"peer", name_}})} {
  breaker_state_.set(0);
}

std::optional<Breaker::Pass> Peer::enter() {
  const auto before = breaker_.state();
  const auto pass = breaker_.enter(std::chrono::steady_clock::now());
  show_state(before);
  return pass;
}

void Peer::leave(Breaker::Pass pass, Breaker::Result result) {
  const auto before = breaker_.state();
  breaker_.leave(pass, result, std::chrono::steady_clock::now());
  show_state(before);
}

void Peer::measure(const std::string& result, std::chrono::steady_clock::duration took) {
  auto found = durations_.find(result);
  if (found == durations_.end()) {
    auto made = histogram("http_client_request_duration_seconds",
                          "Calls to the peer, with their retries, by what came of them.",
                          {{"peer", name_}, {"status", result}});
    found = durations_.emplace(result, made).first;
  }
  found->second.observe(std::chrono::duration<double>{took}.count());
}

void Peer::show_state(Breaker::State before) {
  const auto now = breaker_.state();
  if (now == before) return;
  breaker_state_.set(static_cast<double>(now));
  if (now == Breaker::State::closed) {
    log::info("circuit closed", {{"peer", name_}});
  } else if (before == Breaker::State::closed) {
    log::warning("circuit opened", {{"peer", name_}});
  }
}

}  // namespace chassis
