#pragma once

#include "chassis/db.h"
#include "fault.h"

namespace bank {

/// The faults in PostgreSQL, so that all replicas share one plan and one sequence.
class Faults {
 public:
  explicit Faults(chassis::Database& database) : database_{database} {}

  FaultPlan plan() const;
  /// The sequence begins anew.
  void set(const FaultPlan& plan) const;
  /// The next mishap of the sequence; none while all of the plan is zero.
  Mishap next() const;

 private:
  chassis::Database& database_;
};

}  // namespace bank
