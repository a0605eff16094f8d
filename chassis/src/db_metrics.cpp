#include "db_metrics.h"

namespace chassis {
namespace {

constexpr Statement select_statistics{"chassis.statistics", R"sql(
  SELECT pg_database_size(datname),
         (SELECT sum(numbackends) FROM pg_stat_database),
         current_setting('max_connections'),
         xact_commit, xact_rollback, deadlocks, blks_hit, blks_read
  FROM pg_stat_database
  WHERE datname = current_database()
)sql"};

}  // namespace

DatabaseMetrics::DatabaseMetrics()
    : up_{gauge("db_up", "Whether the database answers: 1, or 0 while it does not")},
      size_{gauge("db_size_bytes", "The database on disk")},
      connections_{gauge("db_server_connections", "Connections to the server, of everybody")},
      connections_max_{gauge("db_server_connections_max", "Connections that the server takes")},
      commits_{counter("db_commits_total", "Transactions committed, of everybody")},
      rollbacks_{counter("db_rollbacks_total", "Transactions rolled back, of everybody")},
      deadlocks_{counter("db_deadlocks_total", "Deadlocks that PostgreSQL broke")},
      blocks_hit_{counter("db_blocks_hit_total", "Blocks that PostgreSQL had in memory")},
      blocks_read_{counter("db_blocks_read_total", "Blocks that it had to read")} {}

void DatabaseMetrics::up(bool answers) const { up_.set(answers ? 1 : 0); }

void DatabaseMetrics::look(Database& database) {
  const auto result =
      database.read([](Transaction& transaction) { return transaction.run(select_statistics); });
  const auto row = result.at(0);
  size_.set(row[0].as<double>());
  connections_.set(row[1].as<double>());
  connections_max_.set(row[2].as<double>());
  commits_.follow(row[3].as<double>());
  rollbacks_.follow(row[4].as<double>());
  deadlocks_.follow(row[5].as<double>());
  blocks_hit_.follow(row[6].as<double>());
  blocks_read_.follow(row[7].as<double>());
}

void DatabaseMetrics::Total::follow(double now) {
  counter.add(now < seen ? now : now - seen);
  seen = now;
}

}  // namespace chassis
