#pragma once

#include "chassis/db.h"
#include "fault.h"

namespace bank {

/// The faults in PostgreSQL.
class PostgresFaults final : public Faults {
 public:
  explicit PostgresFaults(chassis::Database& database) : database_{database} {}

  FaultPlan plan() override;
  void set(const FaultPlan& plan) override;
  Mishap next() override;

 private:
  chassis::Database& database_;
};

}  // namespace bank
