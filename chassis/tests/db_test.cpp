#include "chassis/db.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <fstream>
#include <functional>
#include <future>
#include <thread>

#include "chassis/context.h"
#include "chassis/metrics.h"
#include "chassis/testing/database.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestDatabase;

constexpr Statement select_pid{"test.pid", "SELECT pg_backend_pid()"};
constexpr Statement sleep_for{"test.sleep", "SELECT pg_sleep($1)"};
constexpr Statement insert_tea{"test.insert_tea", "INSERT INTO teas (name, grams) VALUES ($1, $2)"};
constexpr Statement count_teas{"test.count_teas", "SELECT count(*) FROM teas WHERE name = $1"};

/// Runs what follows with a deadline this far away.
class Within {
 public:
  explicit Within(std::chrono::milliseconds time) : scope_{context(time)} {}

 private:
  const Context& context(std::chrono::milliseconds time) {
    context_.deadline = std::chrono::steady_clock::now() + time;
    return context_;
  }
  Context context_;
  ContextScope scope_;
};

/// The code of the Error that `work` throws; nothing when it throws none.
std::optional<ErrorCode> code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

void wait_until(const std::function<bool()>& condition) {
  const auto give_up_at = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up_at) << "it never came true";
    std::this_thread::yield();
  }
}

class DatabaseTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared =
        new TestDatabase{{{"migrations/0001_teas.sql",
                           "CREATE TABLE teas (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                           " name text UNIQUE NOT NULL, grams integer CHECK (grams > 0));"
                           "CREATE TABLE cups (tea text REFERENCES teas (name),"
                           " held tstzrange, EXCLUDE USING gist (held WITH &&))"}}};
  }
  static void TearDownTestSuite() {
    delete shared;
    shared = nullptr;
  }
  void SetUp() override { exec("TRUNCATE teas, cups"); }

  static Database& database() { return shared->database(); }
  static void exec(const std::string& sql) {
    database().write([&](Transaction& transaction) { transaction.exec(sql); });
  }
  static int pid() {
    return database().read(
        [](Transaction& transaction) { return transaction.run(select_pid)[0][0].as<int>(); });
  }
  static int teas(const std::string& name) {
    return database().read([&](Transaction& transaction) {
      return transaction.run(count_teas, name)[0][0].as<int>();
    });
  }
  static int sessions(const std::string& application) {
    constexpr Statement count{"test.sessions",
                              "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"};
    return database().read([&](Transaction& transaction) {
      return transaction.run(count, application)[0][0].as<int>();
    });
  }
  /// Ends a session from a connection of its own, and waits until it is gone.
  static void terminate(int session) {
    constexpr Statement end{"test.terminate", "SELECT pg_terminate_backend($1, 10000)"};
    Database other{shared->url(), "terminator"};
    other.read([&](Transaction& transaction) { transaction.run(end, session); });
  }

  static TestDatabase* shared;
};

TestDatabase* DatabaseTest::shared = nullptr;

TEST_F(DatabaseTest, parameters_arrive_as_what_they_are) {
  constexpr Statement echo{
      "test.echo",
      "SELECT $1::text, $2::text, $3::bigint, $4::boolean, $5::text IS NULL, $6::integer IS NULL,"
      " $7::text, $8::integer, $9::text IS NULL, $10::double precision"};
  const auto row = database().read([&](Transaction& transaction) {
    return transaction.one(echo, "no row", "it's \"tea\"", std::string_view{"green tea", 5},
                           std::int64_t{9'007'199'254'740'993}, true, std::optional<std::string>{},
                           std::optional<int>{}, std::optional<std::string_view>{"black"},
                           std::optional<int>{-7}, nullptr, 0.1);
  });
  EXPECT_EQ(row[0].as<std::string>(), "it's \"tea\"");
  EXPECT_EQ(row[1].as<std::string>(), "green");
  EXPECT_EQ(row[2].as<std::int64_t>(), 9'007'199'254'740'993);
  EXPECT_TRUE(row[3].as<bool>());
  EXPECT_TRUE(row[4].as<bool>());
  EXPECT_TRUE(row[5].as<bool>());
  EXPECT_EQ(row[6].as<std::string>(), "black");
  EXPECT_EQ(row[7].as<int>(), -7);
  EXPECT_TRUE(row[8].as<bool>());
  EXPECT_EQ(row[9].as<double>(), 0.1);
}

TEST_F(DatabaseTest, a_missing_row_is_nothing_or_not_found) {
  constexpr Statement find{"test.find", "SELECT grams FROM teas WHERE name = $1"};
  database().read([&](Transaction& transaction) {
    EXPECT_FALSE(transaction.maybe(find, "oolong").has_value());
    EXPECT_EQ(code_of([&] { transaction.one(find, "no such tea", "oolong"); }),
              ErrorCode::not_found);
  });
}

TEST_F(DatabaseTest, a_write_is_kept_when_the_work_returns_and_undone_when_it_throws) {
  const auto insert = [](Transaction& transaction) {
    return transaction.run(insert_tea, "assam", 100).affected_rows();
  };
  EXPECT_THROW(database().write([&](Transaction& transaction) {
    insert(transaction);
    throw std::runtime_error{"spilled"};
  }),
               std::runtime_error);
  EXPECT_EQ(teas("assam"), 0);
  EXPECT_EQ(database().write(insert), 1U);
  EXPECT_EQ(teas("assam"), 1);
}

TEST_F(DatabaseTest, a_read_opens_no_transaction_and_a_write_exactly_one) {
  constexpr Statement transaction_id{"test.xid", "SELECT pg_current_xact_id()::text"};
  const auto ids = [&](Transaction& transaction) {
    return std::pair{transaction.run(transaction_id)[0][0].as<std::string>(),
                     transaction.run(transaction_id)[0][0].as<std::string>()};
  };
  const auto [read_first, read_second] = database().read(ids);
  EXPECT_NE(read_first, read_second);
  const auto [write_first, write_second] = database().write(ids);
  EXPECT_EQ(write_first, write_second);
}

TEST_F(DatabaseTest, every_session_has_limits_utc_and_its_name) {
  constexpr Statement setting{"test.setting", "SELECT current_setting($1)"};
  database().read([&](Transaction& transaction) {
    const auto is = [&](const char* name) {
      return transaction.run(setting, name)[0][0].as<std::string>();
    };
    EXPECT_EQ(is("statement_timeout"), "10s");
    EXPECT_EQ(is("lock_timeout"), "5s");
    EXPECT_EQ(is("idle_in_transaction_session_timeout"), "15s");
    EXPECT_EQ(is("TimeZone"), "UTC");
    EXPECT_EQ(is("transaction_isolation"), "read committed");
    EXPECT_EQ(is("application_name"), "test");
  });
}

TEST_F(DatabaseTest, options_of_the_url_add_to_ours_and_win) {
  Database other{shared->url() + "?options=-c%20lock_timeout%3D7s", "test"};
  other.read([](Transaction& transaction) {
    EXPECT_EQ(transaction.exec("SHOW lock_timeout")[0][0].as<std::string>(), "7s");
    EXPECT_EQ(transaction.exec("SHOW statement_timeout")[0][0].as<std::string>(), "10s");
  });
}

TEST_F(DatabaseTest, a_malformed_url_is_refused_without_repeating_it) {
  try {
    Database{"postgresql://me:open-sesame@[::1/tea", "test"};
    FAIL() << "the URL was taken";
  } catch (const std::invalid_argument& problem) {
    EXPECT_THAT(problem.what(), Not(HasSubstr("sesame")));
  }
}

TEST_F(DatabaseTest, a_broken_constraint_is_a_conflict_that_says_nothing_of_the_data) {
  exec("INSERT INTO teas (name, grams) VALUES ('assam', 1)");
  const auto insert = [](const std::string& sql) { return [sql] { exec(sql); }; };
  EXPECT_EQ(code_of(insert("INSERT INTO teas (name) VALUES ('assam')")), ErrorCode::conflict);
  EXPECT_EQ(code_of(insert("INSERT INTO teas (name, grams) VALUES ('mate', 0)")),
            ErrorCode::conflict);
  EXPECT_EQ(code_of(insert("INSERT INTO cups (tea) VALUES ('cocoa')")), ErrorCode::conflict);
  EXPECT_EQ(code_of(insert("INSERT INTO cups (held) VALUES ('[2026-01-01,2026-01-03)'),"
                           " ('[2026-01-02,2026-01-04)')")),
            ErrorCode::conflict);
  try {
    insert("INSERT INTO teas (name) VALUES ('assam')")();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("assam")));
    EXPECT_THAT(error.what(), Not(HasSubstr("teas")));
  }
}

TEST_F(DatabaseTest, the_work_can_catch_a_broken_constraint_by_its_type) {
  exec("INSERT INTO teas (name) VALUES ('assam')");
  const auto place = [] {
    database().write([](Transaction& transaction) {
      try {
        transaction.run(insert_tea, "assam", 1);
      } catch (const pqxx::unique_violation&) {
        throw Error{ErrorCode::precondition_failed, "there is one"};
      }
    });
  };
  EXPECT_EQ(code_of(place), ErrorCode::precondition_failed);
}

TEST_F(DatabaseTest, a_mistake_in_sql_is_no_error_for_the_caller_to_see) {
  EXPECT_THROW(exec("SELECT no_such_column FROM teas"), pqxx::sql_error);
  EXPECT_THROW(exec("INSERT INTO teas (name) VALUES (NULL)"), pqxx::sql_error);
  EXPECT_EQ(teas("any"), 0) << "the connection still works";
}

TEST_F(DatabaseTest, going_on_after_a_failed_statement_in_a_write_is_noticed) {
  const auto work = [](Transaction& transaction) {
    transaction.run(insert_tea, "mate", 1);
    try {
      transaction.run(insert_tea, "mate", 2);
    } catch (const pqxx::unique_violation&) {
    }
  };
  EXPECT_THROW(database().write(work), std::logic_error);
}

TEST_F(DatabaseTest, using_the_database_inside_its_own_work_is_a_programming_error) {
  EXPECT_THROW(database().write([](Transaction&) { teas("assam"); }), std::logic_error);
  EXPECT_EQ(teas("assam"), 0) << "the connection still works";
}

TEST_F(DatabaseTest, two_statements_of_one_name_are_a_programming_error) {
  constexpr Statement impostor{"test.pid", "SELECT 1"};
  pid();
  EXPECT_THROW(database().read([&](Transaction& transaction) { transaction.run(impostor); }),
               std::logic_error);
}

// --- deadlines

TEST_F(DatabaseTest, a_statement_is_cancelled_when_the_deadline_passes) {
  const auto session = pid();
  const auto nap = [] {
    const Within deadline{50ms};
    database().read([](Transaction& transaction) { transaction.run(sleep_for, 9); });
  };
  EXPECT_EQ(code_of(nap), ErrorCode::timeout);
  EXPECT_EQ(pid(), session) << "a cancelled statement does not cost the connection";
}

TEST_F(DatabaseTest, a_write_is_undone_when_the_deadline_passes) {
  const auto nap = [] {
    const Within deadline{50ms};
    database().write([](Transaction& transaction) {
      transaction.run(insert_tea, "assam", 1);
      transaction.run(sleep_for, 9);
    });
  };
  EXPECT_EQ(code_of(nap), ErrorCode::timeout);
  EXPECT_EQ(teas("assam"), 0);
}

TEST_F(DatabaseTest, nothing_runs_and_nothing_is_committed_after_the_deadline) {
  const auto late = [] {
    const Within deadline{-1ms};
    database().read([](Transaction& transaction) { transaction.run(insert_tea, "assam", 1); });
  };
  EXPECT_EQ(code_of(late), ErrorCode::timeout);
  const auto slow = [] {
    Context context;
    context.deadline = std::chrono::steady_clock::now() + 500ms;
    const ContextScope scope{context};
    database().write([&](Transaction& transaction) {
      transaction.run(insert_tea, "assam", 1);
      std::this_thread::sleep_until(context.deadline);
    });
  };
  EXPECT_EQ(code_of(slow), ErrorCode::timeout);
  EXPECT_EQ(teas("assam"), 0);
}

TEST_F(DatabaseTest, a_cancellation_never_hits_a_later_statement) {
  std::atomic<int> cancelled{0};
  const auto round = [&] {
    for (int i = 0; i < 100; ++i) {
      // From ending well before the deadline to being cut short by it.
      const double seconds = 0.001 + 0.00002 * i;
      if (code_of([&] {
            const Within deadline{2ms};
            database().read([&](Transaction& transaction) { transaction.run(sleep_for, seconds); });
          })) {
        ++cancelled;
      }
      EXPECT_NO_THROW(
          database().read([](Transaction& transaction) { transaction.run(sleep_for, 0.001); }));
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(round);
  for (auto& thread : threads) thread.join();
  EXPECT_GT(cancelled, 0) << "the test proves nothing when no deadline passes";
}

/// Whether a signal has been sent to a process that has not seen it yet.
bool is_pending(int signal, int process) {
  std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
  for (std::string word; status >> word;) {
    if (word != "ShdPnd:") continue;
    std::uint64_t mask = 0;
    status >> std::hex >> mask;
    return (mask >> (signal - 1) & 1) != 0;
  }
  return false;
}

TEST_F(DatabaseTest, a_cancellation_that_overtakes_its_statement_is_sent_again) {
  const auto nap = [](double seconds) {
    database().read([&](Transaction& transaction) { transaction.run(sleep_for, seconds); });
  };
  nap(0);  // prepares it, so that one message is all the server waits for
  const auto session = pid();
  ASSERT_EQ(kill(session, SIGSTOP), 0);
  std::thread thaw{[&] {
    wait_until([&] { return is_pending(SIGINT, session); });
    kill(session, SIGCONT);
  }};
  EXPECT_EQ(code_of([&] {
              const Within deadline{20ms};
              nap(9);
            }),
            ErrorCode::timeout);
  thaw.join();
  EXPECT_EQ(pid(), session) << "the connection was given up";
}

TEST_F(DatabaseTest, a_server_that_ignores_the_cancellation_is_given_up) {
  const auto session = pid();
  ASSERT_EQ(kill(session, SIGSTOP), 0);
  EXPECT_EQ(code_of([] {
              const Within deadline{20ms};
              pid();
            }),
            ErrorCode::timeout);
  ASSERT_EQ(kill(session, SIGCONT), 0);
  EXPECT_NE(pid(), session);
}

TEST_F(DatabaseTest, a_server_that_freezes_before_the_commit_is_given_up) {
  int session = 0;
  EXPECT_EQ(code_of([&] {
              const Within deadline{500ms};
              database().write([&](Transaction& transaction) {
                session = transaction.run(select_pid)[0][0].as<int>();
                transaction.run(insert_tea, "assam", 1);
                kill(session, SIGSTOP);
              });
            }),
            ErrorCode::unavailable);
  ASSERT_EQ(kill(session, SIGCONT), 0);
}

TEST_F(DatabaseTest, a_statement_time_out_of_the_server_is_a_timeout_and_of_a_lock_unavailable) {
  exec("INSERT INTO teas (name, grams) VALUES ('assam', 1)");
  EXPECT_EQ(code_of([] { exec("SET LOCAL statement_timeout = 10; SELECT pg_sleep(9)"); }),
            ErrorCode::timeout);
  database().write([](Transaction& transaction) {
    transaction.exec("UPDATE teas SET grams = 2");
    Database other{shared->url(), "other"};
    EXPECT_EQ(code_of([&] {
                other.write([](Transaction& inner) {
                  inner.exec("SET LOCAL lock_timeout = 10; UPDATE teas SET grams = 3");
                });
              }),
              ErrorCode::unavailable);
  });
}

// --- trouble

TEST_F(DatabaseTest, a_connection_lost_while_idle_is_not_noticed) {
  const auto session = pid();
  terminate(session);
  EXPECT_NE(pid(), session);
  terminate(pid());
  exec("INSERT INTO teas (name) VALUES ('assam')");
  EXPECT_EQ(teas("assam"), 1);
}

TEST_F(DatabaseTest, a_write_that_loses_its_connection_before_the_commit_runs_once_more) {
  int runs = 0;
  database().write([&](Transaction& transaction) {
    transaction.run(insert_tea, "assam", 1);
    if (++runs == 1) terminate(transaction.run(select_pid)[0][0].as<int>());
    transaction.run(insert_tea, "mate", 1);
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(teas("assam") + teas("mate"), 2);
}

TEST_F(DatabaseTest, a_connection_lost_again_and_again_is_unavailable) {
  int runs = 0;
  EXPECT_EQ(code_of([&] {
              database().read([&](Transaction& transaction) {
                ++runs;
                terminate(transaction.run(select_pid)[0][0].as<int>());
                transaction.run(select_pid);
              });
            }),
            ErrorCode::unavailable);
  EXPECT_EQ(runs, 2);
}

TEST_F(DatabaseTest, a_commit_of_unknown_outcome_is_not_tried_again) {
  exec(R"sql(
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON cups DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die()
  )sql");
  int runs = 0;
  EXPECT_EQ(code_of([&] {
              database().write([&](Transaction& transaction) {
                ++runs;
                transaction.exec("INSERT INTO cups DEFAULT VALUES");
              });
            }),
            ErrorCode::unavailable);
  EXPECT_EQ(runs, 1);
  exec("DROP FUNCTION die CASCADE");
}

TEST_F(DatabaseTest, a_deadlock_is_settled_by_trying_again) {
  exec("INSERT INTO teas (name, grams) VALUES ('assam', 1), ('mate', 1)");
  constexpr Statement add{"test.add", "UPDATE teas SET grams = grams + 1 WHERE name = $1"};
  std::barrier both_hold_one{2};
  std::atomic<int> runs{0};
  const auto update = [&](const char* first, const char* second) {
    bool met = false;
    database().write([&](Transaction& transaction) {
      ++runs;
      transaction.exec("SET LOCAL deadlock_timeout = '10ms'");
      transaction.run(add, first);
      if (!std::exchange(met, true)) both_hold_one.arrive_and_wait();
      transaction.run(add, second);
    });
  };
  std::thread other{[&] { update("assam", "mate"); }};
  update("mate", "assam");
  other.join();
  EXPECT_GE(runs, 3);
  EXPECT_EQ(database().read([](Transaction& transaction) {
    return transaction.exec("SELECT sum(grams) FROM teas")[0][0].as<int>();
  }),
            6);
}

TEST_F(DatabaseTest, a_serialization_failure_is_retried_three_times_and_no_more) {
  int runs = 0;
  EXPECT_EQ(code_of([&] {
              database().write([&](Transaction& transaction) {
                ++runs;
                transaction.exec("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$");
              });
            }),
            ErrorCode::unavailable);
  EXPECT_EQ(runs, 4);
}

TEST_F(DatabaseTest, a_statement_survives_a_newer_version_of_its_table) {
  constexpr Statement all{"test.all", "SELECT * FROM teas"};
  const auto columns = [&] {
    return database().read(
        [&](Transaction& transaction) { return transaction.run(all).columns(); });
  };
  EXPECT_EQ(columns(), 3U);
  Database newer{shared->url(), "newer"};
  newer.write(
      [](Transaction& transaction) { transaction.exec("ALTER TABLE teas ADD harvest date"); });
  EXPECT_EQ(columns(), 4U);
  newer.write([](Transaction& transaction) { transaction.exec("ALTER TABLE teas DROP harvest"); });
}

/// A port whose connections are closed at once, and counted.
class Slammer {
 public:
  Slammer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, plain, size) != 0 || listen(socket_, 100) != 0 ||
        getsockname(socket_, plain, &size) != 0) {
      throw std::runtime_error{"no port to listen on"};
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] {
      for (int caller; (caller = accept(socket_, nullptr, nullptr)) >= 0; close(caller)) ++calls_;
    }};
  }
  ~Slammer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  std::string url() const {
    return "postgresql://me:open-sesame@127.0.0.1:" + std::to_string(port_) + "/nowhere";
  }
  int calls() const { return calls_; }

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  int port_ = 0;
  std::atomic<int> calls_{0};
  std::thread thread_;
};

TEST(DatabaseAway, calls_fail_at_once_and_do_not_hammer) {
  Slammer slammer;
  Database database{slammer.url(), "test"};
  constexpr int tries = 200;
  for (int i = 0; i < tries; ++i) {
    const auto ask = [&] { database.read([](Transaction& t) { t.run(select_pid); }); };
    ASSERT_EQ(code_of(ask), ErrorCode::unavailable);
  }
  EXPECT_GE(slammer.calls(), 1);
  EXPECT_LT(slammer.calls(), tries / 4);
  EXPECT_FALSE(database.answers());
}

TEST_F(DatabaseTest, answers_when_it_does_and_not_when_it_hangs) {
  EXPECT_TRUE(database().answers());
  const auto session = pid();
  ASSERT_EQ(kill(session, SIGSTOP), 0);
  EXPECT_FALSE(database().answers());
  ASSERT_EQ(kill(session, SIGCONT), 0);
}

// --- connections

TEST_F(DatabaseTest, each_thread_has_one_connection_which_ends_with_it) {
  Database own{shared->url(), "of-threads"};
  std::barrier all_connected{5};
  std::barrier counted{5};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 3; ++n) own.read([](Transaction& t) { t.run(select_pid); });
      all_connected.arrive_and_wait();
      counted.arrive_and_wait();
    });
  }
  all_connected.arrive_and_wait();
  EXPECT_EQ(sessions("of-threads"), 4);
  counted.arrive_and_wait();
  for (auto& thread : threads) thread.join();
  wait_until([] { return sessions("of-threads") == 0; });
}

TEST_F(DatabaseTest, connections_of_living_threads_end_with_the_database) {
  auto own = std::make_unique<Database>(shared->url(), "short-lived");
  std::promise<void> connected;
  std::promise<void> finish;
  std::thread thread{[&] {
    own->read([](Transaction& t) { t.run(select_pid); });
    connected.set_value();
    finish.get_future().wait();
  }};
  connected.get_future().wait();
  EXPECT_EQ(sessions("short-lived"), 1);
  own.reset();
  wait_until([] { return sessions("short-lived") == 0; });
  finish.set_value();
  thread.join();
}

TEST_F(DatabaseTest, one_thread_can_use_two_databases) {
  Database other{shared->url(), "other"};
  database().write([&](Transaction& transaction) {
    transaction.run(insert_tea, "assam", 1);
    EXPECT_EQ(other.read([](Transaction& inner) {
      return inner.run(count_teas, "assam")[0][0].as<int>();
    }),
              0)
        << "not committed yet";
  });
  EXPECT_EQ(teas("assam"), 1);
}

TEST_F(DatabaseTest, statements_are_measured_by_their_name) {
  pid();
  const auto text = metrics_text();
  EXPECT_THAT(text, HasSubstr("db_statement_duration_seconds_count{statement=\"test.pid\"}"));
  EXPECT_THAT(text, HasSubstr("db_pool_connections{state=\"open\"}"));
}

}  // namespace
}  // namespace chassis
