#pragma once

#include "category.h"
#include "chassis/db.h"

namespace product {

/// Categories in PostgreSQL; migrations/ has them.
class PostgresCategories final : public Categories {
 public:
  explicit PostgresCategories(chassis::Database& database) : database_{database} {}

  std::vector<Category> list(std::int64_t after, std::int64_t count) override;

 private:
  chassis::Database& database_;
};

}  // namespace product
