#include "chassis/client.h"

#include <mutex>
#include <stdexcept>

#include "peer.h"
#include "pending_call.h"
#include "reactor.h"

namespace chassis {

struct Client::State {
  std::string name;
  std::string url;
  std::string internal_token;
  std::shared_ptr<Peer> peer = std::make_shared<Peer>(name);

  std::once_flag started;
  std::shared_ptr<Reactor> reactor;  // tasks must not own it: see reactor.h

  State(std::string n, std::string u, std::string t)
      : name{std::move(n)}, url{std::move(u)}, internal_token{std::move(t)} {}
};

Client::Client(std::string peer, std::string url, std::string internal_token) {
  if (url.ends_with('/')) url.pop_back();
  state_ = std::make_shared<State>(std::move(peer), std::move(url), std::move(internal_token));
}

Client::~Client() {
  if (!state_->reactor) return;
  state_->reactor->post([peer = state_->peer] {
    const auto pending = peer->pending();  // a copy: each takes itself out
    for (const auto& call : pending) call->abandon();
  });
}

std::future<Reply> Client::start(const Call& call) {
  auto& state = *state_;
  auto pending = std::make_shared<PendingCall>(call, state.url, state.internal_token);
  auto future = pending->future();
  std::call_once(state.started, [&] {
    state.reactor = Reactor::shared();
    // Which of a third party's addresses to call is its own affair.
    if (!state.internal_token.empty()) state.peer->spread_over(Replicas::of(state.url));
  });
  auto& reactor = *state.reactor;
  reactor.post([&reactor, pending, peer = state.peer] { pending->begin(reactor, peer); });
  return future;
}

Reply Client::call(const Call& call) { return start(call).get(); }

Reply Client::get(const std::string& path) { return call({.method = Method::get, .path = path}); }

const std::string& Client::peer() const { return state_->name; }

}  // namespace chassis
