#pragma once

#include "chassis/db.h"
#include "chassis/metrics.h"

namespace chassis {

/// What PostgreSQL says of itself, since it has no exporter beside it. Every replica tells the
/// same: take the maximum. One thread at a time.
class DatabaseMetrics {
 public:
  DatabaseMetrics();

  /// db_up, which is 0 until it is told otherwise.
  void up(bool answers) const;
  /// Asks PostgreSQL about this database and its server; throws what Database::read() throws.
  void look(Database& database);

 private:
  /// A counter that follows a number which somebody else counts, and which may begin again at 0.
  struct Total {
    Counter counter;
    double seen = 0;
    void follow(double now);
  };

  Gauge up_;
  Gauge size_;
  Gauge connections_;
  Gauge connections_max_;
  Total commits_;
  Total rollbacks_;
  Total deadlocks_;
  Total blocks_hit_;
  Total blocks_read_;
};

}  // namespace chassis
