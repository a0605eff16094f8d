#pragma once

#include "chassis/db.h"
#include "sign_in.h"

namespace user {

/// Counters of tries in PostgreSQL, shared by all replicas. Addresses stand there as SHA-256 sums.
class PostgresTries final : public Tries {
 public:
  explicit PostgresTries(chassis::Database& database) : database_{database} {}

  void count(const Try& attempt) override;
  void forget(const Try& attempt, const std::string& user_id) override;
  void take_back(const Try& attempt) override;
  void purge(std::int64_t count) override;

 private:
  chassis::Database& database_;
};

}  // namespace user
