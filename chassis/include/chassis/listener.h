#pragma once

#include <functional>
#include <memory>
#include <string>

namespace chassis {

/// Listens to PostgreSQL's NOTIFY on a connection and thread of its own, which reconnects.
class Listener {
 public:
  explicit Listener(std::string url);
  ~Listener();

  /// Calls back in the listener's thread with each payload sent to `channel`, and with `gap` true
  /// and no payload whenever notifications may have been missed: when the connection is lost, and
  /// again when it is back. Call before start().
  void on(const std::string& channel,
          std::function<void(const std::string& payload, bool gap)> callback);

  /// Returns at once; whether it listens is told by connected(). Without a channel it stays idle.
  void start();
  bool connected() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace chassis
