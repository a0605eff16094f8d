#include "chassis/db.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "chassis/log.h"
#include "chassis/metrics.h"
#include "db_connection.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using detail::Connection;

constexpr int conflicts_max = 3;
constexpr auto back_off_least = 50ms;
constexpr auto back_off_most = 500ms;

/// Uniform in [least, most].
std::chrono::milliseconds jitter(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::chrono::milliseconds{
      std::uniform_int_distribution<std::int64_t>{least.count(), most.count()}(generator)};
}

enum class Kind { timeout, unavailable, in_doubt, conflict, retried, internal };

void count(Kind kind, double failures = 1) {
  const auto make = [](const char* name) {
    return counter("db_errors_total", "Failures of the database, by kind", {{"kind", name}});
  };
  // In the order of Kind.
  static const Counter counters[] = {make("timeout"),  make("unavailable"), make("in-doubt"),
                                     make("conflict"), make("retried"),     make("internal")};
  counters[static_cast<std::size_t>(kind)].add(failures);
}

Error timed_out() {
  count(Kind::timeout);
  return {ErrorCode::timeout, "the database took too long"};
}

Error unavailable() {
  count(Kind::unavailable);
  return Error{ErrorCode::unavailable, "the database is not available at the moment"}.retry_after(
      1);
}

/// One thread's place at one Database.
struct Seat {
  std::mutex mutex;  // held while a call runs, and to close the connection from outside
  std::unique_ptr<Connection> connection;
  bool occupied = false;  // only for the thread's own eyes
  int failures = 0;       // to connect, in a row
  Deadline retry_at = Deadline::min();

  Connection& connected(const std::string& text, detail::Watchdog& watchdog);
};

Connection& Seat::connected(const std::string& text, detail::Watchdog& watchdog) {
  if (connection && connection->status() == Connection::Status::idle) return *connection;
  connection.reset();
  if (std::chrono::steady_clock::now() < retry_at) throw unavailable();
  try {
    connection = std::make_unique<Connection>(text, watchdog);
  } catch (const std::exception& problem) {
    if (++failures == 1) {
      log::warning("database not reachable", {{"reason", detail::one_line(problem.what())}});
    }
    const auto most = std::min(back_off_most, back_off_least * (1 << std::min(failures, 5)));
    retry_at = std::chrono::steady_clock::now() + jitter(most / 2, most);
    throw unavailable();
  }
  if (failures > 0) log::info("database reachable again");
  failures = 0;
  return *connection;
}

class Occupied {
 public:
  explicit Occupied(Seat& seat) : seat_{seat} {
    if (seat.occupied) {
      throw std::logic_error{
          "a database is used inside its own read() or write(): pass the Transaction on"};
    }
    seat_.mutex.lock();
    seat_.occupied = true;
  }
  ~Occupied() {
    seat_.occupied = false;
    seat_.mutex.unlock();
  }
  Occupied(const Occupied&) = delete;
  Occupied& operator=(const Occupied&) = delete;

 private:
  Seat& seat_;
};

/// Errors that say that this session, and not the statement, is of no more use.
bool session_is_over(std::string_view state) {
  return state.starts_with("08") || state.starts_with("57P") || state == "25006" ||
         state == "25P03";
}

bool stale_plan(const pqxx::sql_error& error) {
  return error.sqlstate() == "0A000" &&
         std::string_view{error.what()}.find("cached plan") != std::string_view::npos;
}

/// What to do about an error of SQL that the work let through: throws the Error it stands for, or
/// rethrows it.
[[noreturn]] void translate(const pqxx::sql_error& error, const Connection& connection) {
  const std::string& state = error.sqlstate();
  const auto in_class = [&](std::string_view letters) { return state.starts_with(letters); };
  if (state == "57014") throw timed_out();
  if (state == "23505" || state == "23P01" || state == "23503" || state == "23514") {
    count(Kind::conflict);
    log::info("statement broke a constraint", {{"statement", connection.statement_name()},
                                               {"problem", detail::one_line(error.what())}});
    throw Error{ErrorCode::conflict, "this conflicts with what is stored"};
  }
  if (state == "55P03" || in_class("53")) {
    log::warning("statement failed", {{"statement", connection.statement_name()},
                                      {"sqlstate", state},
                                      {"problem", detail::one_line(error.what())}});
    throw unavailable();
  }
  count(Kind::internal);
  // The message of class 22 (data exception) quotes the value.
  log::error("statement failed",
             {{"statement", connection.statement_name()},
              {"sqlstate", state},
              {"problem", in_class("22") ? "a value" : detail::one_line(error.what())}});
  throw;
}

}  // namespace

struct Database::State {
  State(std::string u, const std::string& application)
      : url{std::move(u)}, text{detail::connection_text(url, application)} {}

  const std::uint64_t id = [] {
    static std::atomic<std::uint64_t> made{0};
    return ++made;
  }();
  const std::string url;
  const std::string text;
  detail::Watchdog watchdog;
  std::mutex mutex;
  std::vector<std::shared_ptr<Seat>> seats;

  static Seat& seat(const std::shared_ptr<State>& self);
  void attempt(Connection& connection, bool atomic, const std::function<void(Transaction&)>& work);

  /// The databases a thread has used; its connections end with it.
  struct Thread {
    struct Place {
      std::uint64_t id;
      std::weak_ptr<State> home;
      std::shared_ptr<Seat> seat;
    };
    std::vector<Place> places;
    ~Thread();
  };
};

Database::State::Thread::~Thread() {
  for (const auto& place : places) {
    const auto home = place.home.lock();
    if (!home) continue;  // the Database has closed the connection
    {
      const std::lock_guard lock{place.seat->mutex};
      place.seat->connection.reset();
    }
    const std::lock_guard lock{home->mutex};
    std::erase(home->seats, place.seat);
  }
}

Seat& Database::State::seat(const std::shared_ptr<State>& self) {
  thread_local Thread thread;
  for (const auto& place : thread.places) {
    if (place.id == self->id) return *place.seat;
  }
  std::erase_if(thread.places, [](const auto& place) { return place.home.expired(); });
  auto seat = std::make_shared<Seat>();
  {
    const std::lock_guard lock{self->mutex};
    self->seats.push_back(seat);
  }
  thread.places.push_back({self->id, self, std::move(seat)});
  return *thread.places.back().seat;
}

Database::Database(std::string url, const std::string& application)
    : state_{std::make_shared<State>(std::move(url), application)} {
  count(Kind::internal, 0);  // so that no failure yet shows as zero
}

Database::~Database() {
  const std::lock_guard lock{state_->mutex};
  for (const auto& seat : state_->seats) {
    const std::lock_guard seat_lock{seat->mutex};
    seat->connection.reset();
  }
}

const std::string& Database::url() const { return state_->url; }

bool Database::answers() noexcept {
  try {
    Context context = Context::current();
    context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + 1s);
    const ContextScope scope{context};
    read([](Transaction& transaction) { transaction.exec("SELECT 1"); });
    return true;
  } catch (...) {
    return false;
  }
}

void Database::run_erased(bool atomic, const std::function<void(Transaction&)>& work) {
  Seat& seat = State::seat(state_);
  const Occupied occupied{seat};
  const auto deadline = Context::current().deadline;
  int conflicts = 0;
  bool reconnected = false;
  for (;;) {
    Connection& connection = seat.connected(state_->text, state_->watchdog);
    const auto lost = [&] {
      const bool cancelled = connection.cancelled();
      log::warning("database connection lost",
                   {{"statement", connection.statement_name()}, {"problem", connection.problem()}});
      seat.connection.reset();
      if (cancelled || std::chrono::steady_clock::now() >= deadline) throw timed_out();
      if (std::exchange(reconnected, true)) throw unavailable();
    };
    try {
      state_->attempt(connection, atomic, work);
      return;
    } catch (const pqxx::in_doubt_error&) {
      count(Kind::in_doubt);
      log::error("outcome of a commit unknown", {{"statement", connection.statement_name()}});
      throw unavailable();
    } catch (const pqxx::transaction_rollback&) {
      // A serialization failure or deadlock: the others went first.
      count(Kind::retried);
      if (!atomic || ++conflicts > conflicts_max) throw unavailable();
      const auto pause = jitter(1ms, 10ms * (1 << conflicts));
      if (std::chrono::steady_clock::now() + pause >= deadline) throw timed_out();
      std::this_thread::sleep_for(pause);
    } catch (const pqxx::broken_connection&) {
      lost();
    } catch (const pqxx::sql_error& error) {
      if (connection.status() == Connection::Status::lost || session_is_over(error.sqlstate()) ||
          stale_plan(error)) {
        lost();
      } else {
        translate(error, connection);
      }
    } catch (const pqxx::failure&) {
      if (connection.status() != Connection::Status::lost) throw;
      lost();
    }
  }
}

/// Runs the work once. Whatever it throws, the connection is idle afterwards, or lost.
void Database::State::attempt(Connection& connection, bool atomic,
                              const std::function<void(Transaction&)>& work) {
  if (!atomic) {
    pqxx::nontransaction each{connection.handle()};
    Transaction transaction{connection, each};
    work(transaction);
    return;
  }
  std::optional<pqxx::work> all;
  {
    const detail::Run run{connection, nullptr};
    all.emplace(connection.handle());
  }
  try {
    Transaction transaction{connection, *all};
    work(transaction);
    if (std::chrono::steady_clock::now() >= Context::current().deadline) throw timed_out();
    // COMMIT would quietly roll back.
    if (connection.status() == Connection::Status::failed_transaction) {
      throw std::logic_error{"write() cannot go on after a statement that failed"};
    }
    const detail::LastRun run{connection};
    all->commit();
  } catch (...) {
    const detail::LastRun run{connection};
    all.reset();
    throw;
  }
}

}  // namespace chassis
