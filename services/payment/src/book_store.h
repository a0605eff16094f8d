#pragma once

#include "book.h"
#include "chassis/db.h"

namespace payment {

class PostgresBooks final : public Books {
 public:
  explicit PostgresBooks(chassis::Database& database) : database_{database} {}

  std::vector<BookEntry> read(const std::string& after, std::int64_t count) override;

 private:
  chassis::Database& database_;
};

}  // namespace payment
