#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "chassis/context.h"
#include "chassis/db.h"
#include "chassis/testing/database.h"

namespace chassis {

inline constexpr Statement select_pid{"test.pid", "SELECT pg_backend_pid()"};
inline constexpr Statement sleep_for{"test.sleep", "SELECT pg_sleep($1)"};
inline constexpr Statement insert_tea{"test.insert_tea",
                                      "INSERT INTO teas (name, grams) VALUES ($1, $2)"};
inline constexpr Statement count_teas{"test.count_teas",
                                      "SELECT count(*) FROM teas WHERE name = $1"};

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
inline std::optional<ErrorCode> code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

inline void wait_until(const std::function<bool()>& condition) {
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up_at) << "it never came true";
    std::this_thread::yield();
  }
}

/// A database with tables of teas and cups, empty before each test.
class DatabaseTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared = new testing::TestDatabase{
        {{"migrations/0001_teas.sql",
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

  inline static testing::TestDatabase* shared = nullptr;
};

}  // namespace chassis
