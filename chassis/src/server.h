#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "chassis/router.h"

namespace chassis {

struct ServerSettings {
  std::string host = "[::]";
  std::uint16_t port = 8080;  // 0: any free one
  int event_loops = 1;
  std::size_t workers = 8;
  std::size_t queue_max = 256;
  std::chrono::milliseconds deadline{2000};  // the longest that a request may take
  std::string internal_token;
};

/// Serves routes over HTTP/1.1: event loops route and serve FastHandlers, a bounded pool of workers
/// runs everything else.
class Server {
 public:
  Server(ServerSettings settings, Routes routes);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Listens and returns. Throws std::runtime_error when the address cannot be had.
  void start();
  std::uint16_t port() const;

  /// Until opened, only routes with a FastHandler answer; the others say 503.
  void open();
  /// From now on answers close their connections; new ones are still served.
  void drain();
  /// Waits until no request is in flight, at most `patience`; then stops listening.
  void stop(std::chrono::milliseconds patience);

  std::size_t in_flight() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace chassis
