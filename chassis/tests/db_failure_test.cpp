// What happens to a read or write when time runs out, or the server is frozen, lost or absent.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "db_fixture.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;

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

}  // namespace
}  // namespace chassis
