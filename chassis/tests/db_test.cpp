#include "chassis/db.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <future>
#include <thread>
#include <vector>

#include "chassis/metrics.h"
#include "db_fixture.h"

namespace chassis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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
