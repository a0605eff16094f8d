#include "db_metrics.h"

#include "chassis/testing/metrics.h"
#include "db_fixture.h"

namespace chassis {
namespace {

double metric(const std::string& name) { return testing::metric(name).value(); }

class DatabaseMetricsTest : public DatabaseTest {
 protected:
  inline static DatabaseMetrics metrics_;  // a process has one
};

TEST_F(DatabaseMetricsTest, a_database_is_down_until_it_has_answered) {
  EXPECT_EQ(metric("db_up"), 0);
  metrics_.up(true);
  EXPECT_EQ(metric("db_up"), 1);
  metrics_.up(false);
  EXPECT_EQ(metric("db_up"), 0);
}

TEST_F(DatabaseMetricsTest, the_server_says_how_full_it_is) {
  metrics_.look(database());
  EXPECT_GT(metric("db_size_bytes"), 1e6);
  EXPECT_GE(metric("db_server_connections"), 1);
  EXPECT_GT(metric("db_server_connections_max"), metric("db_server_connections"));
}

TEST_F(DatabaseMetricsTest, what_was_done_since_the_last_look_is_added_once) {
  metrics_.look(database());
  const double committed = metric("db_commits_total");
  const double rolled_back = metric("db_rollbacks_total");
  wait_until([&] {
    exec("INSERT INTO teas (name) VALUES ('sencha') ON CONFLICT DO NOTHING");
    code_of([] { exec("INSERT INTO teas (name) VALUES ('sencha')"); });
    metrics_.look(database());
    return metric("db_commits_total") > committed && metric("db_rollbacks_total") > rolled_back;
  });
  EXPECT_GT(metric("db_blocks_hit_total"), 0);
  // Followed, and not added up anew at each look: 3 looks would have tripled it.
  const auto told = database().read([](Transaction& transaction) {
    return transaction.exec(
        "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()");
  });
  EXPECT_LE(metric("db_commits_total"), told[0][0].as<double>());
}

}  // namespace
}  // namespace chassis
