#pragma once

#include "chassis/db.h"
#include "erasure.h"

namespace user {

/// Erasures in PostgreSQL.
class PostgresErasures final : public Erasures {
 public:
  explicit PostgresErasures(chassis::Database& database) : database_{database} {}

  Erasure start(const std::string& user_id) override;
  void confirm(chassis::Transaction& transaction, const std::string& user_id,
               const std::string& service, chassis::Time when) override;
  Erasure find(const std::string& id) override;

 private:
  chassis::Database& database_;
};

}  // namespace user
