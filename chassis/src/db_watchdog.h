#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "chassis/context.h"

struct pg_conn;
struct pg_cancel;

namespace chassis::detail {

/// What the watchdog knows of one connection. Shared by the connection's thread, the watchdog and a
/// thread that cancels.
class Guard {
 public:
  explicit Guard(pg_conn* connection);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  friend class Watchdog;
  /// Acts when it is time; returns when to look again.
  Deadline look(const std::shared_ptr<Guard>& self, Deadline now);
  void start_cancel(const std::shared_ptr<Guard>& self);
  void cut();

  pg_cancel* const cancel_;
  /// A second descriptor of the connection's socket: libpq may close its own at any time, and its
  /// number could then be somebody else's.
  const int socket_;

  std::mutex mutex_;
  std::condition_variable idle_;
  bool running_ = false;
  bool cancelling_ = false;
  bool cancelled_ = false;
  bool cut_ = false;
  Deadline cancel_at_ = Deadline::max();
  Deadline cut_at_ = Deadline::max();
};

/// Cancels statements whose time is up, and breaks a connection whose server does not even react to
/// that. A thread started by the first statement with a deadline sleeps until the earliest one, so
/// a statement normally costs two locked flags and no system call.
class Watchdog {
 public:
  Watchdog() = default;
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  std::shared_ptr<Guard> watch(pg_conn* connection);
  void forget(const std::shared_ptr<Guard>& guard);

  /// From now on the connection is busy: cancel at the one time, break it at the other.
  void begin(Guard& guard, Deadline cancel_at, Deadline cut_at);
  /// The connection is idle again. Returns whether it was cancelled; a cancellation under way has
  /// then arrived, so it cannot hit the next statement.
  static bool end(Guard& guard);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Guard>> guards_;
  /// When the thread looks next. Written under the mutex, read without.
  std::atomic<Deadline> wake_at_{Deadline::max()};
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace chassis::detail
