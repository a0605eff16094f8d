#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "chassis/http.h"

namespace chassis {

/// A call to a peer.
struct Call {
  Method method = Method::get;
  std::string path;  // with its query, already encoded: "/v1/products?limit=8"
  std::string body{};
  Headers headers{};
  /// May the call be made again after a failure? GET, PUT and DELETE may; a POST only when it
  /// carries an Idempotency-Key, which then says so.
  bool idempotent = false;
  /// Given up after this long even when the Context has more time left.
  std::chrono::milliseconds timeout{1500};
};

/// A peer's answer, whatever its status. The peer is not trusted: at most 1 MiB is read.
struct Reply {
  int status = 0;
  std::string body;
  Headers headers;

  bool ok() const { return status >= 200 && status < 300; }
};

/// Calls one peer service over HTTP, its replicas in turn: a new one gets work within some seconds,
/// a lost one none. Connections are kept and shared, for at most 5 s each. A call carries on the
/// Context: trace, caller, guest, what is left of its time, the token. It is made again when it
/// could not connect, and if idempotent after a broken connection or 502 to 504: 3 times at most,
/// with jitter, within its deadline and a budget of 10 % of the calls of late. After a run of
/// failures the circuit opens and calls fail at once; half open, one call tries again.
class Client {
 public:
  /// `peer` names it in metrics and logs; `url` without trailing slash. With an empty token the
  /// peer is a third party: it gets neither the token nor the caller nor the guest.
  Client(std::string peer, std::string url, std::string internal_token);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Starts the call and returns at once, so that several can run side by side. The future throws
  /// Error{unavailable} when the peer cannot be reached, broke off, answered too much, or its
  /// circuit is open; Error{timeout} when the time was up.
  std::future<Reply> start(const Call& call);

  /// start() and wait.
  Reply call(const Call& call);
  Reply get(const std::string& path);

  const std::string& peer() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Turns a peer's problem document back into an Error with its code, type, detail and fields;
/// for anything else, Error{unavailable}. 4xx that only concern the two services (401, 403 of the
/// token) become `internal`.
Error error_from(const Reply& reply, const std::string& peer);

}  // namespace chassis
