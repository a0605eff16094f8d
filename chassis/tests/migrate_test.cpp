#include "chassis/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <future>
#include <thread>

#include "chassis/testing/database.h"

namespace chassis {
namespace {

using ::testing::HasSubstr;
using testing::TestDatabase;

const Files two{{"migrations/0001_teas.sql",
                 "CREATE TABLE teas (name text); "
                 "INSERT INTO teas VALUES ('assam')"},
                {"migrations/0002_more.sql", "INSERT INTO teas VALUES ('mate')"},
                {"openapi.json", "{}"}};

int number(Database& database, const std::string& sql) {
  return database.read(
      [&](Transaction& transaction) { return transaction.exec(sql)[0][0].as<int>(); });
}

int teas(Database& database) { return number(database, "SELECT count(*) FROM teas"); }

std::string refusal(Database& database, const Files& files) {
  try {
    migrate(database, "tea", files);
  } catch (const std::runtime_error& problem) {
    return problem.what();
  }
  return "";
}

TEST(Migrate, applies_what_is_missing_in_order_and_only_once) {
  TestDatabase test;
  auto& database = test.database();
  auto three = two;
  three["migrations/0003_last.sql"] = "UPDATE teas SET name = name || ' tea'";
  EXPECT_EQ(migrate(database, "tea", two), 2);
  EXPECT_EQ(migrate(database, "tea", two), 0);
  EXPECT_EQ(migrate(database, "tea", three), 1);
  EXPECT_EQ(number(database, "SELECT count(*) FROM teas WHERE name IN ('assam tea', 'mate tea')"),
            2);
}

TEST(Migrate, replicas_that_start_together_apply_each_file_once) {
  constexpr int replicas = 8;
  TestDatabase tests[3];
  std::barrier start{replicas};
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < replicas; ++i) {
    threads.emplace_back([&] {
      for (auto& test : tests) {
        Database database{test.url(), "replica"};
        start.arrive_and_wait();
        applied += migrate(database, "tea", two);
        EXPECT_EQ(teas(database), 2) << "done means done, whoever did it";
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(applied, 2 * 3);
}

TEST(Migrate, replicas_agree_on_a_database_that_never_saw_a_migration) {
  constexpr int replicas = 8;
  TestDatabase test;
  test.database().write(
      [](Transaction& transaction) { transaction.exec("DROP SCHEMA chassis CASCADE"); });
  std::barrier start{replicas};
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < replicas; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      applied += migrate(test.database(), "tea", two);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(applied, 2);
  EXPECT_EQ(teas(test.database()), 2);
}

TEST(Migrate, a_file_that_changed_after_it_landed_is_refused) {
  TestDatabase test;
  migrate(test.database(), "tea", two);
  auto changed = two;
  changed["migrations/0001_teas.sql"] = "CREATE TABLE teas (name text, grams integer)";
  changed["migrations/0003_new.sql"] = "DELETE FROM teas";
  EXPECT_THAT(refusal(test.database(), changed), HasSubstr("0001_teas.sql of tea was changed"));
  EXPECT_EQ(teas(test.database()), 2);
}

TEST(Migrate, gaps_and_odd_names_are_refused_before_anything_runs) {
  TestDatabase test;
  for (const auto* name : {"0003_gap.sql", "0002_twice.sql", "3_short.sql", "000a_odd.sql",
                           "0003.sql", "0003_notes.txt"}) {
    auto files = two;
    files[std::string{"migrations/"} + name] = "SELECT 1";
    files.erase("migrations/0002_more.sql");
    if (std::string_view{name} == "0002_twice.sql") files["migrations/0002_more.sql"] = "SELECT 1";
    EXPECT_NE(refusal(test.database(), files), "") << name;
  }
  EXPECT_EQ(number(test.database(), "SELECT count(*) FROM pg_tables WHERE tablename = 'teas'"), 0);
}

TEST(Migrate, a_file_that_fails_leaves_nothing_and_stops_the_rest) {
  TestDatabase test;
  auto broken = two;
  broken["migrations/0002_more.sql"] = "INSERT INTO teas VALUES ('mate'); SELECT 1 / 0";
  broken["migrations/0003_rest.sql"] = "INSERT INTO teas VALUES ('cocoa')";
  EXPECT_THAT(refusal(test.database(), broken), HasSubstr("0002_more.sql of tea failed"));
  EXPECT_EQ(teas(test.database()), 1);
  EXPECT_EQ(migrate(test.database(), "tea", two), 1) << "the repaired file is applied";
}

TEST(Migrate, a_database_that_is_ahead_is_fine) {
  TestDatabase test;
  migrate(test.database(), "tea", two);
  auto older = two;
  older.erase("migrations/0002_more.sql");
  EXPECT_EQ(migrate(test.database(), "tea", older), 0);
}

TEST(Migrate, components_number_their_files_apart) {
  TestDatabase test;
  migrate(test.database(), "tea", two);
  EXPECT_EQ(
      migrate(test.database(), "cake", {{"migrations/0001_cakes.sql", "CREATE TABLE cakes ()"}}),
      1);
}

TEST(Migrate, a_reader_in_the_way_delays_a_migration_and_not_the_other_readers) {
  TestDatabase test{two};
  Database holder{test.url(), "holder"};
  std::future<int> migrated;
  holder.write([&](Transaction& transaction) {
    transaction.exec("SELECT * FROM teas");  // holds its lock until the end of the transaction
    migrated = std::async(std::launch::async, [&] {
      Database own{test.url(), "migrator"};
      return migrate(own, "tea",
                     {{"migrations/0001_grams.sql", "ALTER TABLE teas ADD grams integer"}});
    });
    const auto waiting = [&] {
      return number(test.database(),
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'migrator'"
                    " AND wait_event_type = 'Lock'") > 0;
    };
    while (!waiting()) std::this_thread::yield();
    // Queued behind the migration, and served once it steps back.
    EXPECT_EQ(teas(test.database()), 2);
  });
  EXPECT_EQ(migrated.get(), 1);
}

bool may(Database& database, const std::string& sql) {
  try {
    database.write([&](Transaction& transaction) { transaction.exec(sql); });
  } catch (const pqxx::insufficient_privilege&) {
    return false;
  }
  return true;
}

TEST(Migrate, a_role_that_is_not_the_owner_reads_and_writes_and_changes_no_table) {
  const Files files{{"migrations/0001_teas.sql", R"sql(
    CREATE TABLE teas (name text, number integer GENERATED ALWAYS AS IDENTITY, serial serial);
    CREATE SCHEMA cellar;
    CREATE TABLE cellar.wines (name text)
  )sql"}};
  TestDatabase test{files, testing::TwoRoles{}};
  auto& database = test.database();
  EXPECT_TRUE(may(database,
                  "INSERT INTO teas (name) VALUES ('assam'); UPDATE teas SET name = 'x'; "
                  "SELECT * FROM teas; DELETE FROM teas"));
  EXPECT_TRUE(may(database, "DELETE FROM chassis.idempotency_keys"));
  EXPECT_FALSE(may(database, "TRUNCATE teas"));
  EXPECT_FALSE(may(database, "DROP TABLE teas"));
  EXPECT_FALSE(may(database, "ALTER TABLE teas ADD grams integer"));
  EXPECT_FALSE(may(database, "CREATE TABLE public.mine ()"));
  EXPECT_FALSE(may(database, "SELECT * FROM cellar.wines")) << "other schemas are the service's";

  // What a later version brings is usable before its own grants: it may run beside this one.
  test.owner().write([](Transaction& transaction) { transaction.exec("CREATE TABLE mugs ()"); });
  EXPECT_TRUE(may(database, "SELECT * FROM mugs"));
}

TEST(Migrate, a_file_may_name_the_role_that_will_work_in_the_database) {
  const Files files{{"migrations/0001_teas.sql", R"sql(
    CREATE TABLE roles AS SELECT current_setting('serai.runtime_role') AS runtime, current_user AS own
  )sql"}};
  TestDatabase apart{files, testing::TwoRoles{}};
  const auto runtime = [](Database& database, const char* column) {
    return database.read([&](Transaction& transaction) {
      return transaction.exec("SELECT " + std::string{column} + " FROM roles")[0][0]
          .as<std::string>();
    });
  };
  EXPECT_EQ(runtime(apart.database(), "runtime"), apart.runtime_role());
  EXPECT_NE(runtime(apart.database(), "own"), apart.runtime_role());
  TestDatabase one{files};
  EXPECT_EQ(runtime(one.database(), "runtime"), runtime(one.database(), "own"));
}

TEST(Migrate, replicas_grant_side_by_side) {
  TestDatabase test{two, testing::TwoRoles{}};
  constexpr int replicas = 8;
  std::barrier start{replicas};
  std::vector<std::thread> threads;
  for (int i = 0; i < replicas; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int again = 0; again < 5; ++again) {
        EXPECT_NO_THROW(grant_use(test.owner(), test.runtime_role()));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(teas(test.database()), 2);
}

}  // namespace
}  // namespace chassis
