#pragma once

#include "chassis/db.h"
#include "session.h"

namespace user {

/// Sessions in PostgreSQL.
class PostgresSessions final : public Sessions {
 public:
  PostgresSessions(chassis::Database& database, SessionTimes times)
      : database_{database}, times_{times} {}

  Renewal open(const Credential& credential) override;
  Renewal renew(const std::string& refresh_token, Repeat repeat) override;
  void close(const std::string& refresh_token) override;
  void close_token(const std::string& user_id, const std::string& token_id) override;
  void close_all(const std::string& user_id) override;
  void purge(std::int64_t count) override;

 private:
  chassis::Database& database_;
  SessionTimes times_;
};

}  // namespace user
