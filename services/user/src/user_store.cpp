#include "user_store.h"

#include "chassis/id.h"
#include "session.h"
#include "user_events.h"

namespace user {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr Statement insert_user{"insert_user", R"sql(
  INSERT INTO users (id, email, name, password_hash) VALUES ($1, $2, $3, $4)
  ON CONFLICT (email) DO NOTHING
  RETURNING *
)sql"};

constexpr Statement select_user{"select_user", "SELECT * FROM users WHERE id = $1"};

constexpr Statement select_email{"select_email", "SELECT * FROM users WHERE email = $1"};

constexpr Statement select_some{"select_users", R"sql(
  SELECT * FROM users WHERE id = ANY ($1::uuid[]) ORDER BY id
)sql"};

constexpr Statement lock_user{"lock_user", "SELECT * FROM users WHERE id = $1 FOR UPDATE"};

constexpr Statement update_name{"update_name", R"sql(
  UPDATE users SET name = $2, version = version + 1 WHERE id = $1 RETURNING *
)sql"};

constexpr Statement update_password{"update_password", R"sql(
  UPDATE users SET password_hash = $2, password_version = password_version + 1,
                   name = coalesce($3, name), version = version + 1
  WHERE id = $1 RETURNING *
)sql"};

constexpr Statement delete_other_sessions{"delete_other_sessions", R"sql(
  DELETE FROM sessions
  WHERE user_id = $1
    AND ($2::uuid IS NULL
         OR id IS DISTINCT FROM (SELECT session_id FROM refresh_tokens WHERE id = $2))
)sql"};

constexpr Statement delete_resets{"delete_resets", R"sql(
  DELETE FROM letters WHERE user_id = $1 AND kind = 'password-reset'
)sql"};

constexpr Statement update_hash{"update_hash", R"sql(
  UPDATE users SET password_hash = $3 WHERE id = $1 AND password_version = $2
)sql"};

constexpr Statement insert_demo{"insert_demo", R"sql(
  INSERT INTO users (id, email, name, roles, password_hash, email_verified_at)
  SELECT CASE WHEN EXISTS (SELECT FROM erasures WHERE user_id = $1::uuid) THEN $2::uuid
              ELSE $1::uuid END, $3, $4, $5, $6, now()
  ON CONFLICT DO NOTHING
  RETURNING *
)sql"};

Credential credential_from(const pqxx::row& row) {
  return {user_from(row), row["password_hash"].c_str(), row["password_version"].as<std::int64_t>()};
}

[[noreturn]] void throw_gone() {
  throw Error{ErrorCode::unauthenticated, "this account does not exist any more"};
}

/// The account, which nobody else changes until the transaction ends.
Credential locked(Transaction& transaction, const std::string& id,
                  std::optional<std::int64_t> version) {
  const auto row = transaction.maybe(lock_user, id);
  if (!row) throw_gone();
  auto credential = credential_from(*row);
  if (version && *version != credential.user.version) {
    throw Error{ErrorCode::precondition_failed, "the account has changed since you saw it"};
  }
  return credential;
}

}  // namespace

User user_from(const pqxx::row& row) {
  return {row["id"].c_str(),
          row["email"].c_str(),
          row["name"].c_str(),
          row["roles"].c_str(),
          chassis::to_time(row["created_at"].c_str()),
          !row["email_verified_at"].is_null(),
          row["version"].as<std::int64_t>()};
}

User PostgresUsers::sign_up(const NewUser& draft, const std::string& password_hash) {
  return database_.write([&](Transaction& transaction) {
    const auto row =
        transaction.maybe(insert_user, chassis::new_id(), draft.email, draft.name, password_hash);
    if (!row) throw_email_taken();
    auto user = user_from(*row);
    tell_registered(transaction, user, false);
    return user;
  });
}

Credential PostgresUsers::find(const std::string& id) {
  return database_.read([&](Transaction& transaction) {
    const auto row = transaction.maybe(select_user, id);
    if (!row) throw_gone();
    return credential_from(*row);
  });
}

std::optional<Credential> PostgresUsers::find_email(const std::string& email) {
  return database_.read([&](Transaction& transaction) -> std::optional<Credential> {
    const auto row = transaction.maybe(select_email, email);
    if (!row) return std::nullopt;
    return credential_from(*row);
  });
}

std::vector<User> PostgresUsers::list(const std::vector<std::string>& ids) {
  std::string array = "{";
  for (const auto& id : ids) array += (array.size() > 1 ? "," : "") + id;
  array += "}";
  return database_.read([&](Transaction& transaction) {
    std::vector<User> users;
    for (const auto& row : transaction.run(select_some, array)) users.push_back(user_from(row));
    return users;
  });
}

User PostgresUsers::rename(const std::string& id, const std::string& name,
                           std::optional<std::int64_t> version) {
  return database_.write([&](Transaction& transaction) {
    auto before = locked(transaction, id, version).user;
    if (before.name == name) return before;
    auto user = user_from(*transaction.maybe(update_name, id, name));
    tell_changed(transaction, user);
    return user;
  });
}

User PostgresUsers::change_password(const Credential& before, const std::string& new_hash,
                                    const std::optional<std::string>& name,
                                    const std::string& token_id,
                                    std::optional<std::int64_t> version) {
  const auto& id = before.user.id;
  const auto kept = chassis::is_uuid(token_id) ? std::optional{token_id} : std::nullopt;
  std::size_t ended = 0;
  auto changed = database_.write([&](Transaction& transaction) {
    if (locked(transaction, id, version).password_version != before.password_version) {
      throw Error{ErrorCode::conflict, "the password was changed by somebody else meanwhile"};
    }
    ended =
        static_cast<std::size_t>(transaction.run(delete_other_sessions, id, kept).affected_rows());
    transaction.run(delete_resets, id);
    auto user = user_from(*transaction.maybe(update_password, id, new_hash, name));
    if (user.name != before.user.name) tell_changed(transaction, user);
    return user;
  });
  count_revoked("password", ended);
  return changed;
}

void PostgresUsers::rehash(const Credential& before, const std::string& new_hash) {
  database_.write([&](Transaction& transaction) {
    transaction.run(update_hash, before.user.id, before.password_version, new_hash);
  });
}

bool PostgresUsers::put_demo(const std::string& id, const NewUser& draft, const std::string& roles,
                             const std::string& password_hash) {
  return database_.write([&](Transaction& transaction) {
    const auto row = transaction.maybe(insert_demo, id, chassis::new_id(), draft.email, draft.name,
                                       roles, password_hash);
    if (row) tell_registered(transaction, user_from(*row), true);
    return row.has_value();
  });
}

}  // namespace user
