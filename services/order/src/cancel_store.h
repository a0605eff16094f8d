#pragma once

#include <string>

#include "cancel.h"
#include "chassis/db.h"

namespace order {

/// Cancellations in PostgreSQL; migrations/ has the schema.
class PostgresCancellations final : public Cancellations {
 public:
  explicit PostgresCancellations(chassis::Database& database) : database_{database} {}

  Begun begin(chassis::Transaction& transaction, const std::string& customer, const std::string& id,
              std::int64_t days) override;
  Order find(const std::string& id) override;
  Order finish(chassis::Transaction& transaction, const std::string& id) override;

 private:
  chassis::Database& database_;
};

}  // namespace order
