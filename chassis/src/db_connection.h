#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "chassis/context.h"
#include "chassis/db.h"
#include "chassis/metrics.h"
#include "db_watchdog.h"

namespace chassis::detail {

/// libpq's text for the connection: what `url` says, and on top our name, time-outs and UTC.
/// Throws std::invalid_argument when the URL is malformed.
std::string connection_text(const std::string& url, const std::string& application);

/// A message of PostgreSQL for the log.
std::string one_line(std::string_view message);

/// One open connection of one thread.
class Connection {
 public:
  /// Throws pqxx::broken_connection when it cannot be opened.
  Connection(const std::string& text, Watchdog& watchdog);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  pqxx::connection_base& handle();

  enum class Status { idle, in_transaction, failed_transaction, lost };
  Status status() const;
  /// What libpq says about the last failure.
  std::string problem() const;

  /// Watches for the deadline of the current Context from here to end(). Throws Error{timeout} when
  /// it has passed. `statement` is nullptr for plain SQL.
  void begin(const Statement* statement);
  /// The same for COMMIT and ROLLBACK, which are not cancelled: a server that hangs is given up.
  void begin_last();
  void end();

  /// The name of the last statement, for the log.
  const char* statement_name() const { return statement_name_; }
  /// Whether the deadline cut the last statement short.
  bool cancelled() const { return cancelled_; }

 private:
  struct Handle;
  struct Prepared {
    std::string sql;
    Histogram duration;
  };
  /// Prepares it on first use. The same name with other SQL is a programming error.
  const Prepared& prepare(const Statement& statement);

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  Watchdog& watchdog_;
  std::unique_ptr<Handle> handle_;
  std::shared_ptr<Guard> guard_;
  std::unordered_map<std::string, Prepared, Hash, std::equal_to<>> prepared_;
  const char* statement_name_ = "";
  const Prepared* running_ = nullptr;
  std::chrono::steady_clock::time_point started_;
  bool watched_ = false;
  bool cancelled_ = false;
};

/// COMMIT or ROLLBACK in progress.
class LastRun {
 public:
  explicit LastRun(Connection& connection) : connection_{connection} { connection_.begin_last(); }
  ~LastRun() { connection_.end(); }
  LastRun(const LastRun&) = delete;
  LastRun& operator=(const LastRun&) = delete;

 private:
  Connection& connection_;
};

}  // namespace chassis::detail
