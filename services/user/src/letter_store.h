#pragma once

#include "chassis/db.h"
#include "letter.h"

namespace user {

/// Letters in PostgreSQL.
class PostgresLetters final : public Letters {
 public:
  explicit PostgresLetters(chassis::Database& database) : database_{database} {}

  std::optional<Letter> write(LetterKind kind, const std::string& email) override;
  User addressee(const std::string& token) override;
  void reset_password(const std::string& token, const std::string& password_hash) override;
  void verify(const std::string& token) override;
  void purge(std::int64_t count) override;

 private:
  chassis::Database& database_;
};

}  // namespace user
