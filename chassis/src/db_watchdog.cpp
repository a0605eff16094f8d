#include "db_watchdog.h"

#include <fcntl.h>
#include <postgresql/libpq-fe.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "chassis/log.h"

namespace chassis::detail {
namespace {

using namespace std::chrono_literals;

// A cancellation that overtakes its statement is ignored by the server, so it is sent again.
constexpr auto cancel_again = 100ms;
constexpr auto cancel_most = 1000ms;

}  // namespace

Guard::Guard(pg_conn* connection)
    : cancel_{PQgetCancel(connection)}, socket_{fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 3)} {}

Guard::~Guard() {
  PQfreeCancel(cancel_);
  if (socket_ >= 0) close(socket_);
}

Deadline Guard::look(const std::shared_ptr<Guard>& self, Deadline now) {
  const std::lock_guard lock{mutex_};
  if (!running_ || cut_) return Deadline::max();
  if (now >= cut_at_) {
    cut();
    return Deadline::max();
  }
  if (now >= cancel_at_) {
    cancelled_ = true;
    if (!cancelling_) start_cancel(self);
    cancel_at_ = now + cancel_again;
  }
  return std::min(cancel_at_, cut_at_);
}

void Guard::start_cancel(const std::shared_ptr<Guard>& self) {
  // PQcancel waits for the server, which may hang: it gets a thread that nobody waits for.
  try {
    cancelling_ = true;
    std::thread{[self] {
      std::array<char, 256> problem{};
      PQcancel(self->cancel_, problem.data(), static_cast<int>(problem.size()));
      const std::lock_guard lock{self->mutex_};
      self->cancelling_ = false;
      self->idle_.notify_all();
    }}.detach();
  } catch (const std::system_error&) {
    cancelling_ = false;
  }
}

void Guard::cut() {
  cut_ = cancelled_ = true;
  if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
  log::warning("database connection given up", {{"reason", "it did not react to a cancellation"}});
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<Guard> Watchdog::watch(pg_conn* connection) {
  auto guard = std::make_shared<Guard>(connection);
  const std::lock_guard lock{mutex_};
  guards_.push_back(guard);
  return guard;
}

void Watchdog::forget(const std::shared_ptr<Guard>& guard) {
  const std::lock_guard lock{mutex_};
  std::erase(guards_, guard);
}

void Watchdog::begin(Guard& guard, Deadline cancel_at, Deadline cut_at) {
  {
    const std::lock_guard lock{guard.mutex_};
    guard.running_ = true;
    guard.cancelled_ = false;
    guard.cancel_at_ = cancel_at;
    guard.cut_at_ = cut_at;
  }
  // Either the thread looks at this guard after the lines above and sees it, or it had announced
  // before its look that it wants to be told.
  const auto due = std::min(cancel_at, cut_at);
  if (due >= wake_at_.load()) return;
  const std::lock_guard lock{mutex_};
  if (due >= wake_at_.load()) return;
  wake_at_.store(due);
  if (!thread_.joinable()) thread_ = std::thread{[this] { run(); }};
  changed_.notify_all();
}

bool Watchdog::end(Guard& guard) {
  std::unique_lock lock{guard.mutex_};
  guard.running_ = false;
  if (guard.cancelling_ && !guard.cut_ &&
      !guard.idle_.wait_for(lock, cancel_most, [&] { return !guard.cancelling_; })) {
    guard.cut();
  }
  return guard.cancelled_;
}

void Watchdog::run() {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    wake_at_.store(Deadline::max());
    auto next = Deadline::max();
    const auto now = std::chrono::steady_clock::now();
    for (const auto& guard : guards_) next = std::min(next, guard->look(guard, now));
    wake_at_.store(next);
    if (next == Deadline::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
  }
}

}  // namespace chassis::detail
