#include "chassis/listener.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>
#include <utility>
#include <vector>

#include "chassis/log.h"

namespace chassis {
namespace {

using Callback = std::function<void(const std::string&, bool)>;

constexpr std::chrono::milliseconds retry_first{100};
constexpr std::chrono::milliseconds retry_most{5000};
constexpr long wait_seconds = 1;  // how long stopping may take

/// Hands what arrives on one channel to its callbacks.
class Receiver final : public pqxx::notification_receiver {
 public:
  Receiver(pqxx::connection_base& connection, const std::string& channel,
           const std::vector<Callback>& callbacks)
      : pqxx::notification_receiver{connection, channel}, callbacks_{callbacks} {}

  void operator()(const std::string& payload, int /*backend*/) override {
    for (const auto& callback : callbacks_) callback(payload, false);
  }

 private:
  const std::vector<Callback>& callbacks_;
};

}  // namespace

struct Listener::State {
  std::string url;
  std::map<std::string, std::vector<Callback>> callbacks;  // complete before the thread starts
  std::atomic<bool> connected{false};
  std::mutex mutex;
  std::condition_variable stopped;
  bool stopping = false;
  std::thread thread;

  bool pause(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex};
    return stopped.wait_for(lock, time, [&] { return stopping; });
  }

  bool should_stop() {
    const std::lock_guard lock{mutex};
    return stopping;
  }

  void tell_gap() const {
    for (const auto& [channel, list] : callbacks) {
      for (const auto& callback : list) callback({}, true);
    }
  }

  /// Listens until the connection is lost (then throws) or the listener stops.
  void listen() {
    pqxx::connection connection{url};
    std::vector<std::unique_ptr<Receiver>> receivers;
    for (const auto& [channel, list] : callbacks) {
      receivers.push_back(std::make_unique<Receiver>(connection, channel, list));
    }
    // Whatever was sent until now is missed; whatever is sent from now on is not.
    tell_gap();
    connected.store(true);
    while (!should_stop()) connection.await_notification(wait_seconds, 0);
  }

  void run() {
    auto retry = retry_first;
    do {
      try {
        listen();
      } catch (const std::exception& error) {
        if (connected.exchange(false)) {
          retry = retry_first;
          log::warning("notifications lost", {{"what", error.what()}});
          tell_gap();
        }
        retry = std::min(retry * 2, retry_most);
      }
    } while (!pause(retry));
    connected.store(false);
  }
};

Listener::Listener(std::string url) : state_{std::make_shared<State>()} {
  state_->url = std::move(url);
}

Listener::~Listener() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->stopping = true;
  }
  state_->stopped.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

void Listener::on(const std::string& channel, Callback callback) {
  state_->callbacks[channel].push_back(std::move(callback));
}

void Listener::start() {
  state_->thread = std::thread{[state = state_] { state->run(); }};
}

bool Listener::connected() const { return state_->connected.load(); }

}  // namespace chassis
