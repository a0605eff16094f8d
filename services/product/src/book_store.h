#pragma once

#include <string>
#include <vector>

#include "book.h"
#include "chassis/db.h"

namespace product {

/// The books in PostgreSQL.
class PostgresBooks final : public Books {
 public:
  explicit PostgresBooks(chassis::Database& database) : database_{database} {}

  std::vector<StockRow> stock(const std::string& after, std::int64_t count) override;
  std::vector<ReservationRow> reservations(const std::string& after, std::int64_t count) override;

 private:
  chassis::Database& database_;
};

}  // namespace product
