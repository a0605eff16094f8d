#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "chassis/http.h"

namespace chassis {

/// One client's connection, shared by its event loop and whoever answers it.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Somebody else than the event loop will answer: until then nothing more is taken from the
  /// client.
  virtual void begin() = 0;
  /// Sends the answer, from any thread, and lets the next request in. Does nothing when the client
  /// is gone. `head`: without the body; `close`: the last one on this connection.
  virtual void answer(const Response& response, bool head, bool close) = 0;
};

/// A request as it came, whole and well-formed; nothing of it is decoded or believed yet.
struct Incoming {
  std::optional<Method> method;  // nothing: one that no route can have
  bool head = false;             // HEAD: the method is get
  bool options = false;
  bool close = false;  // the client wants this answer to be the last
  std::string path;
  std::string query;
  Headers headers;
  std::string body;
};

struct TransportSettings {
  std::string host = "[::]";
  std::uint16_t port = 8080;  // 0: any free one
  int event_loops = 1;
  std::chrono::milliseconds deadline{2000};  // the longest that a request may take
};

/// HTTP/1.1 on sockets: event loops that parse requests and hand them over.
class Transport {
 public:
  /// Called in an event loop for each request; must not block, and must see to it that
  /// Connection::answer() is called once.
  using Receive = std::function<void(const std::shared_ptr<Connection>&, Incoming)>;
  /// Told of each request that was answered here because it could not be understood.
  using Refused = std::function<void(int status)>;

  Transport(TransportSettings settings, Receive receive, Refused refused);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Listens and returns. Throws std::runtime_error when the address cannot be had.
  void start();
  std::uint16_t port() const;
  /// Stops listening and ends the event loops; what is in flight is lost.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chassis
