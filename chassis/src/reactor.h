#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chassis/client.h"
#include "chassis/context.h"

namespace chassis {

/// One HTTP request to be sent once.
struct Exchange {
  Method method = Method::get;
  std::string url;
  std::string body;
  std::vector<std::string> headers;  // "Name: value"
  Deadline deadline;
  /// The address to connect to in place of the one that the URL's host has; the host's when empty.
  std::string address{};
  /// Not over a connection that was used before: the peer may be closing it, and libcurl then
  /// silently sends the request a second time.
  bool new_connection = false;
};

/// What came of it.
struct Outcome {
  enum class Kind {
    answered,
    unreachable,  // nothing was sent
    broken,       // the connection ended before the answer did
    refused,      // an answer that is no HTTP, or more than we read
    timeout,
  };
  Kind kind = Kind::broken;
  Reply reply{};
  std::string problem{};  // for the log
};

/// The one thread that carries all calls of the process, over connections kept alive. It lives as
/// long as someone holds it; the last to let go must not be one of its own tasks. What is still
/// under way then is dropped.
class Reactor {
 public:
  using Task = std::function<void()>;
  using Done = std::function<void(Outcome)>;

  /// The process's reactor, started when there is none.
  static std::shared_ptr<Reactor> shared();

  Reactor();
  /// Runs the tasks posted before, then ends the thread.
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// Runs `task` in the reactor's thread; it must not block.
  void post(Task task);

  // Only from tasks of this reactor:

  /// Sends the request and calls `done`, later, exactly once unless it is cancelled.
  std::uint64_t send(Exchange exchange, Done done);
  void cancel(std::uint64_t exchange);
  void at(Deadline when, Task task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chassis
