#pragma once

#include "chassis/db.h"
#include "user.h"

namespace user {

/// Reads a row of users: id, email, name, roles, created_at, email_verified_at, version.
User user_from(const pqxx::row& row);

/// Accounts in PostgreSQL; migrations/ has the schema.
class PostgresUsers final : public Users {
 public:
  explicit PostgresUsers(chassis::Database& database) : database_{database} {}

  User sign_up(const NewUser& draft, const std::string& password_hash) override;
  Credential find(const std::string& id) override;
  std::optional<Credential> find_email(const std::string& email) override;
  std::vector<User> list(const std::vector<std::string>& ids) override;
  User rename(const std::string& id, const std::string& name,
              std::optional<std::int64_t> version) override;
  User change_password(const Credential& before, const std::string& new_hash,
                       const std::optional<std::string>& name, const std::string& token_id,
                       std::optional<std::int64_t> version) override;
  void rehash(const Credential& before, const std::string& new_hash) override;

  /// For demo data: stores the account under this id, or, when its owner was erased, under a new
  /// one. An e-mail that has an account already changes nothing. Returns whether it was stored.
  bool put_demo(const std::string& id, const NewUser& draft, const std::string& roles,
                const std::string& password_hash);

 private:
  chassis::Database& database_;
};

}  // namespace user
