#pragma once

#include "chassis/db.h"
#include "kettle.h"

namespace kettle {

/// Kettles in PostgreSQL; migrations/ has the schema.
class PostgresKettles final : public Kettles {
 public:
  explicit PostgresKettles(chassis::Database& database) : database_{database} {}

  Kettle put(const std::string& id, const KettleDraft& draft) override;
  Kettle find(const std::string& id) override;
  std::vector<Kettle> list(const std::string& after, std::int64_t count) override;

 private:
  chassis::Database& database_;
};

}  // namespace kettle
