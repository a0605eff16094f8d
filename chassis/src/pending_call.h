#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "breaker.h"
#include "chassis/client.h"
#include "chassis/context.h"
#include "peer.h"
#include "reactor.h"

namespace chassis {

/// One call from start() to its answer, with its attempts. Made in the caller's thread, run by the
/// reactor's alone.
class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  /// Takes the current Context along. Throws std::invalid_argument when the path or a header could
  /// not be sent as it is.
  PendingCall(const Call& call, const std::string& url, const std::string& internal_token);

  std::future<Reply> future() { return promise_.get_future(); }

  // In the reactor's thread:
  void begin(Reactor& reactor, std::shared_ptr<Peer> peer);
  /// The client is gone.
  void abandon();

 private:
  void attempt();
  void send(Breaker::Pass pass);
  void on_outcome(Breaker::Pass pass, Outcome outcome);
  /// When to try again, if that is of use and allowed.
  std::optional<Deadline> retry_time(const Outcome& outcome);
  void blame_replica(const Outcome& outcome, std::chrono::milliseconds given);
  void finish(Outcome outcome);
  void fail(const char* result, const Error& error);
  /// Whether this is the first end of the call, the only one that counts.
  bool ends(const std::string& result);

  Exchange exchange_;  // without the headers and options that differ by attempt
  bool idempotent_;
  Context context_;
  Deadline started_;
  std::promise<Reply> promise_;

  Reactor* reactor_ = nullptr;
  std::shared_ptr<Peer> peer_;
  std::uint64_t sent_ = 0;  // the exchange under way
  std::string address_;     // of the replica it went to
  int attempts_ = 0;
  std::optional<Outcome> last_;
  bool ended_ = false;
};

}  // namespace chassis
