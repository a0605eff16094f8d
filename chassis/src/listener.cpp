#include "chassis/listener.h"

#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include "chassis/log.h"
#include "db_connection.h"

namespace chassis {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds connect_max{5'000};
constexpr milliseconds answer_max{5'000};
constexpr milliseconds first_pause{100};
constexpr milliseconds pause_max{2'000};
constexpr milliseconds forever{-1};

struct ConnectionFree {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, ConnectionFree>;

struct ResultFree {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultFree>;

struct NotificationFree {
  void operator()(PGnotify* notification) const { PQfreemem(notification); }
};
using Notification = std::unique_ptr<PGnotify, NotificationFree>;

/// The listener is to end.
struct Stopped {};

[[noreturn]] void fail(const char* what, const PGconn* connection) {
  throw std::runtime_error{std::string{what} + ": " + detail::one_line(PQerrorMessage(connection))};
}

/// Wakes the listener's thread, once and for all.
class StopSignal {
 public:
  StopSignal() : descriptor_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (descriptor_ < 0) throw std::runtime_error{"no descriptor is left"};
  }
  ~StopSignal() { close(descriptor_); }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void send() const { eventfd_write(descriptor_, 1); }

  /// Waits until `socket` (none when negative) has one of `events`; whether it has before `most`
  /// passed. Throws Stopped when the signal was sent.
  bool wait(int socket, short events, milliseconds most) const {
    std::array<pollfd, 2> waited{{{descriptor_, POLLIN, 0}, {socket, events, 0}}};
    int ready = 0;
    do {
      ready = poll(waited.data(), waited.size(), static_cast<int>(most.count()));
    } while (ready < 0 && errno == EINTR);
    if (waited[0].revents != 0) throw Stopped{};
    return ready > 0;
  }

 private:
  int descriptor_;
};

}  // namespace

struct Listener::State {
  using Callback = std::function<void(const std::string& payload, bool gap)>;

  explicit State(std::string u) : url{std::move(u)} {}

  const std::string url;
  std::multimap<std::string, Callback> callbacks;  // fixed once the thread runs
  std::atomic<bool> connected = false;
  StopSignal stop;
  std::thread thread;

  void run() try {
    auto pause = first_pause;
    bool complained = false;
    while (true) {
      try {
        const auto connection = connect();
        for (auto it = callbacks.begin(); it != callbacks.end();
             it = callbacks.upper_bound(it->first)) {
          listen(connection.get(), it->first);
        }
        pause = first_pause;
        complained = false;
        // First the gap: what was loaded before we listened may be stale. Then what we hear counts.
        tell_gap();
        connected = true;
        log::info("listening to the database");
        receive(connection.get());
      } catch (const std::exception& problem) {
        if (!complained) {
          log::warning("not listening to the database", {{"problem", problem.what()}});
        }
        complained = true;
      }
      lose();
      stop.wait(-1, 0, pause);
      pause = std::min(2 * pause, pause_max);
    }
  } catch (const Stopped&) {
    lose();
  }

  Connection connect() const {
    // A peer that vanished without a word is noticed within 15 s.
    const std::array names{
        "dbname",           "application_name",    "keepalives_idle",
        "keepalives_count", "keepalives_interval", static_cast<const char*>(nullptr)};
    const std::array values{url.c_str(), "listener", "5",
                            "3",         "3",        static_cast<const char*>(nullptr)};
    Connection connection{PQconnectStartParams(names.data(), values.data(), 1)};
    if (!connection) throw std::bad_alloc{};
    // libpq would print what the server says beside its answers, such as why it ends a session.
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    const auto give_up = Clock::now() + connect_max;
    auto status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
      if (PQstatus(connection.get()) == CONNECTION_BAD || status == PGRES_POLLING_FAILED) {
        fail("cannot connect", connection.get());
      }
      const auto events = static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT);
      wait_until(connection.get(), events, give_up);
      status = PQconnectPoll(connection.get());
    }
    if (PQsetnonblocking(connection.get(), 1) != 0) fail("cannot connect", connection.get());
    return connection;
  }

  void listen(PGconn* connection, const std::string& channel) const {
    char* const name = PQescapeIdentifier(connection, channel.data(), channel.size());
    if (name == nullptr) fail("the channel's name is malformed", connection);
    const auto sql = std::string{"LISTEN "} + name;
    PQfreemem(name);
    if (PQsendQuery(connection, sql.c_str()) != 1) fail("connection lost", connection);
    const auto give_up = Clock::now() + answer_max;
    while (PQflush(connection) == 1) wait_until(connection, POLLOUT, give_up);
    while (true) {
      while (PQisBusy(connection) == 1) {
        wait_until(connection, POLLIN, give_up);
        if (PQconsumeInput(connection) != 1) fail("connection lost", connection);
      }
      const Result result{PQgetResult(connection)};
      if (!result) return;
      if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
        fail("LISTEN was refused", connection);
      }
    }
  }

  /// Until the connection is lost.
  void receive(PGconn* connection) const {
    while (true) {
      while (const Notification heard{PQnotifies(connection)}) {
        const auto [begin, end] = callbacks.equal_range(heard->relname);
        for (auto it = begin; it != end; ++it) call(it->second, heard->extra, false);
      }
      stop.wait(PQsocket(connection), POLLIN, forever);
      if (PQconsumeInput(connection) != 1) fail("connection lost", connection);
    }
  }

  void wait_until(PGconn* connection, short events, Clock::time_point give_up) const {
    const auto left = std::chrono::ceil<milliseconds>(give_up - Clock::now());
    if (left <= milliseconds{0} || !stop.wait(PQsocket(connection), events, left)) {
      throw std::runtime_error{"the database does not answer"};
    }
  }

  void lose() {
    if (connected.exchange(false)) tell_gap();
  }

  void tell_gap() const {
    for (const auto& [channel, callback] : callbacks) call(callback, {}, true);
  }

  static void call(const Callback& callback, const std::string& payload, bool gap) {
    try {
      callback(payload, gap);
    } catch (const std::exception& problem) {
      log::error("a notification was not dealt with", {{"problem", problem.what()}});
    }
  }
};

Listener::Listener(std::string url) : state_{std::make_shared<State>(std::move(url))} {}

Listener::~Listener() {
  state_->stop.send();
  if (state_->thread.joinable()) state_->thread.join();
}

void Listener::on(const std::string& channel,
                  std::function<void(const std::string& payload, bool gap)> callback) {
  if (state_->thread.joinable()) throw std::logic_error{"a channel was added after start()"};
  state_->callbacks.emplace(channel, std::move(callback));
}

void Listener::start() {
  if (state_->callbacks.empty()) return;
  state_->thread = std::thread{[state = state_.get()] { state->run(); }};
}

bool Listener::connected() const { return state_->connected; }

}  // namespace chassis
