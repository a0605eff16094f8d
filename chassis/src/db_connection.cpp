#include "db_connection.h"

#include <postgresql/libpq-fe.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

#ifdef __SANITIZE_ADDRESS__
// libpqxx 6.4 leaks one result (2 kB) each time it finds a connection lost: it asks the lost
// connection for its encoding, which throws, before the result has an owner.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx-6.4.so"; }  // NOLINT
#endif

namespace chassis::detail {
namespace {

using namespace std::chrono_literals;

// How long a server may take to react to a cancellation before the connection is given up.
constexpr auto cut_after = 1000ms;
// A deadline farther away than this is none.
constexpr auto far = std::chrono::hours{24};

/// What every session of ours has. `options` is joined to what the URL says.
constexpr std::array<std::pair<const char*, const char*>, 9> session{{
    {"connect_timeout", "2"},
    {"client_encoding", "UTF8"},
    {"keepalives", "1"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "3"},
    {"keepalives_count", "3"},
    // A host that vanished is noticed after this many milliseconds without an acknowledgement.
    {"tcp_user_timeout", "5000"},
    {"target_session_attrs", "any"},
    {"options",
     "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=15000 "
     "-c timezone=UTC -c datestyle=ISO -c default_transaction_isolation=read\\ committed "
     "-c client_min_messages=warning"},
}};

std::string quoted(std::string_view value) {
  std::string text{"'"};
  for (const char letter : value) {
    if (letter == '\'' || letter == '\\') text += '\\';
    text += letter;
  }
  return text + "'";
}

const Gauge& open_connections() {
  static const auto gauge = chassis::gauge(
      "db_pool_connections", "Connections to the database, by state", {{"state", "open"}});
  return gauge;
}

/// Connects once. libpqxx would open a lost connection again by itself, in the middle of our work
/// and without what belongs to the session; here that fails instead.
class ConnectOnce : public pqxx::connectionpolicy {
 public:
  using pqxx::connectionpolicy::connectionpolicy;

  handle do_startconnect(handle before) override {
    if (before != nullptr) return before;
    if (std::exchange(used_, true)) throw pqxx::broken_connection{"connection lost"};
    open_ = PQconnectdb(options().c_str());
    if (PQstatus(open_) != CONNECTION_OK) {
      const std::string problem{open_ == nullptr ? "out of memory" : PQerrorMessage(open_)};
      PQfinish(std::exchange(open_, nullptr));
      throw pqxx::broken_connection{problem};
    }
    return open_;
  }
  handle do_completeconnect(handle before) override { return before; }
  handle do_dropconnect(handle before) noexcept override { return before; }
  handle do_disconnect(handle before) noexcept override {
    open_ = nullptr;
    PQfinish(before);
    return nullptr;
  }
  bool is_ready(handle connection) const noexcept override { return connection != nullptr; }

  pg_conn* open() const { return open_; }

 private:
  bool used_ = false;
  pg_conn* open_ = nullptr;
};

}  // namespace

std::string connection_text(const std::string& url, const std::string& application) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed{
      PQconninfoParse(url.c_str(), &problem), &PQconninfoFree};
  if (!parsed) {
    PQfreemem(problem);  // it quotes the URL, which holds the password
    throw std::invalid_argument{"the database URL is malformed"};
  }
  std::map<std::string, std::string> settings{session.begin(), session.end()};
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    auto& value = settings[option->keyword];
    // What the URL says comes last and wins.
    value = std::string_view{option->keyword} == "options" ? value + " " + option->val
                                                           : std::string{option->val};
  }
  settings["application_name"] = application;
  std::string text;
  for (const auto& [name, value] : settings) text += name + "=" + quoted(value) + " ";
  return text;
}

std::string one_line(std::string_view message) {
  while (message.ends_with('\n')) message.remove_suffix(1);
  std::string text{message};
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

struct Connection::Handle : pqxx::connection_base {
  explicit Handle(const std::string& text) : connection_base{policy}, policy{text} {
    init();
    set_verbosity(terse);  // the details of a violated constraint hold the values
  }
  ~Handle() { close(); }

  ConnectOnce policy;
};

Connection::Connection(const std::string& text, Watchdog& watchdog)
    : watchdog_{watchdog},
      handle_{std::make_unique<Handle>(text)},
      guard_{watchdog.watch(handle_->policy.open())} {
  open_connections().add(1);
}

Connection::~Connection() {
  watchdog_.forget(guard_);
  open_connections().add(-1);
}

pqxx::connection_base& Connection::handle() { return *handle_; }

Connection::Status Connection::status() const {
  switch (PQtransactionStatus(handle_->policy.open())) {
    case PQTRANS_IDLE: return Status::idle;
    case PQTRANS_INTRANS: return Status::in_transaction;
    case PQTRANS_INERROR: return Status::failed_transaction;
    case PQTRANS_ACTIVE:
    case PQTRANS_UNKNOWN: break;
  }
  return Status::lost;
}

std::string Connection::problem() const { return one_line(PQerrorMessage(handle_->policy.open())); }

void Connection::begin(const Statement* statement) {
  started_ = std::chrono::steady_clock::now();
  statement_name_ = statement == nullptr ? "" : statement->name;
  cancelled_ = false;
  const auto deadline = Context::current().deadline;
  if (started_ >= deadline) {
    throw Error{ErrorCode::timeout, "there was no time left to ask the database"};
  }
  running_ = statement == nullptr ? nullptr : &prepare(*statement);
  watched_ = deadline - started_ < far;
  if (watched_) watchdog_.begin(*guard_, deadline, deadline + cut_after);
}

void Connection::begin_last() {
  running_ = nullptr;
  const auto deadline = Context::current().deadline;
  const auto now = std::chrono::steady_clock::now();
  watched_ = deadline - now < far;
  if (watched_) watchdog_.begin(*guard_, Deadline::max(), std::max(deadline, now) + cut_after);
}

void Connection::end() {
  if (watched_ && Watchdog::end(*guard_)) cancelled_ = true;
  watched_ = false;
  if (running_ != nullptr) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
    running_->duration.observe(took.count());
  }
}

const Connection::Prepared& Connection::prepare(const Statement& statement) {
  const std::string_view name{statement.name};
  if (const auto found = prepared_.find(name); found != prepared_.end()) {
    if (found->second.sql != statement.sql) {
      throw std::logic_error{"two statements have the name " + found->first};
    }
    return found->second;
  }
  // Sent to the server together with the first use.
  handle_->prepare(statement.name, statement.sql);
  return prepared_
      .emplace(name,
               Prepared{statement.sql, histogram("db_statement_duration_seconds",
                                                 "Time from sending a statement to its result",
                                                 {{"statement", std::string{name}}})})
      .first->second;
}

Run::Run(Connection& connection, const Statement* statement) : connection_{connection} {
  connection_.begin(statement);
}

Run::~Run() { connection_.end(); }

}  // namespace chassis::detail
