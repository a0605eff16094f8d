#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "chassis/error.h"

namespace chassis {

/// Named SQL with parameters $1, $2 ... The name is unique within a service. Prepared on each
/// connection when it first runs there.
struct Statement {
  const char* name;
  const char* sql;
};

namespace detail {

class Connection;

/// One statement in progress: prepared, watched for the Context's deadline, measured.
class Run {
 public:
  /// Throws Error{timeout} when the deadline has passed already.
  Run(Connection& connection, const Statement* statement);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

 private:
  Connection& connection_;
};

/// A parameter in PostgreSQL's text form, or NULL.
struct Nullable {
  std::optional<std::string> text{};
};

}  // namespace detail

/// A run of statements on one connection: one transaction in Database::write(), none in read().
class Transaction {
 public:
  /// Arguments: text, numbers, bool, std::optional of these (empty = NULL), nullptr.
  template <typename... Arguments>
  pqxx::result run(const Statement& statement, const Arguments&... arguments) {
    const detail::Run run{connection_, &statement};
    return transaction_.exec_prepared(statement.name, parameter(arguments)...);
  }

  /// The only row, or nothing.
  template <typename... Arguments>
  std::optional<pqxx::row> maybe(const Statement& statement, const Arguments&... arguments) {
    auto result = run(statement, arguments...);
    if (result.empty()) return std::nullopt;
    return result[0];
  }

  /// The only row; throws Error{not_found} with `missing` as the detail when there is none.
  template <typename... Arguments>
  pqxx::row one(const Statement& statement, const char* missing, const Arguments&... arguments) {
    auto row = maybe(statement, arguments...);
    if (!row) throw Error{ErrorCode::not_found, missing};
    return *row;
  }

  /// SQL without parameters, for migrations and tests.
  pqxx::result exec(const std::string& sql) {
    const detail::Run run{connection_, nullptr};
    return transaction_.exec(sql);
  }

 private:
  friend class Database;
  Transaction(detail::Connection& connection, pqxx::transaction_base& transaction)
      : connection_{connection}, transaction_{transaction} {}

  template <typename T>
  static const T& parameter(const T& value) {
    return value;
  }
  static std::string parameter(std::string_view value) { return std::string{value}; }
  template <typename T>
  static detail::Nullable parameter(const std::optional<T>& value) {
    if (!value) return {};
    if constexpr (std::is_convertible_v<T, std::string_view>) {
      return {std::string{*value}};
    } else {
      return {pqxx::to_string(*value)};
    }
  }

  detail::Connection& connection_;
  pqxx::transaction_base& transaction_;
};

/// A PostgreSQL database. Each calling thread has a connection of its own, opened on first use and
/// closed with the thread; while it cannot be opened, calls fail at once. read() and write() run
/// `work(Transaction&)` and return its result. They cancel the running statement when the Context's
/// deadline passes (Error{timeout}), and give up the connection when even that does not help within
/// a second. Database errors become Error: a lost connection is `unavailable`, a broken constraint
/// that the work did not catch is `conflict`, a statement time-out (10 s) is `timeout`, a lock
/// time-out (5 s) is `unavailable`.
class Database {
 public:
  /// `application` is shown in pg_stat_activity.
  Database(std::string url, const std::string& application);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Single statements, each its own: no BEGIN and COMMIT, so one round trip a statement. For
  /// reading. Tried once more on a new connection when the old one turns out to be lost.
  template <typename Work>
  auto read(Work&& work) {
    return run(false, std::forward<Work>(work));
  }

  /// One transaction (READ COMMITTED), committed when `work` returns, rolled back when it throws.
  /// Serialization failures and deadlocks are retried up to three times, so `work` must not touch
  /// anything outside; a connection lost before the commit is tried once more. When the connection
  /// is lost during the commit nobody knows its outcome: Error{unavailable}; let an Idempotency-Key
  /// settle it.
  template <typename Work>
  auto write(Work&& work) {
    return run(true, std::forward<Work>(work));
  }

  /// Whether the database answers now; never throws.
  bool answers() noexcept;
  const std::string& url() const;

 private:
  template <typename Work>
  auto run(bool atomic, Work&& work) {
    using Result = std::invoke_result_t<Work&, Transaction&>;
    if constexpr (std::is_void_v<Result>) {
      run_erased(atomic, [&](Transaction& transaction) { work(transaction); });
    } else {
      std::optional<Result> result;
      run_erased(atomic, [&](Transaction& transaction) { result.emplace(work(transaction)); });
      return std::move(*result);
    }
  }
  void run_erased(bool atomic, const std::function<void(Transaction&)>& work);

  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace chassis

template <>
struct pqxx::string_traits<chassis::detail::Nullable> {
  static constexpr const char* name() noexcept { return "chassis::detail::Nullable"; }
  static constexpr bool has_null() noexcept { return true; }
  static bool is_null(const chassis::detail::Nullable& value) { return !value.text; }
  static std::string to_string(const chassis::detail::Nullable& value) { return *value.text; }
};
