#include "letter_store.h"

#include "chassis/auth.h"
#include "chassis/id.h"
#include "session.h"
#include "user_store.h"

namespace user {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr std::size_t token_bytes = 32;
constexpr std::int64_t letters_an_hour = 3;

// Counted for every address, with or without an account: it bounds what is mailed to one person,
// and makes the transaction write something in both cases, so that it takes as long.
constexpr Statement count_letter{"count_letter", R"sql(
  INSERT INTO tries AS t (key, count, next_at, expires_at)
  VALUES ($1, 1, now(), now() + interval '1 hour')
  ON CONFLICT (key) DO UPDATE
  SET count = CASE WHEN t.expires_at <= now() THEN 1 ELSE least(t.count, 9999) + 1 END,
      expires_at = CASE WHEN t.expires_at <= now() THEN now() + interval '1 hour'
                        ELSE t.expires_at END
  RETURNING count
)sql"};

constexpr Statement insert_letter{"insert_letter", R"sql(
  WITH u AS (SELECT * FROM users WHERE email = $3 AND $4::int <= $5::int FOR KEY SHARE),
       l AS (INSERT INTO letters (token_hash, kind, user_id, expires_at)
             SELECT $1, $2::text, id, now() + CASE WHEN $2::text = 'verification'
                                        THEN interval '3 days' ELSE interval '1 hour' END
             FROM u)
  SELECT * FROM u
)sql"};

constexpr Statement select_addressee{"select_addressee", R"sql(
  SELECT u.* FROM letters l JOIN users u ON u.id = l.user_id
  WHERE l.token_hash = $1 AND l.kind = $2 AND l.expires_at > now()
)sql"};

constexpr Statement lock_addressee{"lock_addressee", R"sql(
  SELECT id FROM users WHERE id = (SELECT user_id FROM letters WHERE token_hash = $1) FOR UPDATE
)sql"};

constexpr Statement delete_letter{"delete_letter", R"sql(
  DELETE FROM letters
  WHERE token_hash = $1 AND kind = 'password-reset' AND expires_at > now()
)sql"};

constexpr Statement delete_resets{"delete_resets_of_user", R"sql(
  DELETE FROM letters WHERE user_id = $1 AND kind = 'password-reset'
)sql"};

constexpr Statement set_password{"set_password", R"sql(
  UPDATE users SET password_hash = $2, password_version = password_version + 1,
                   version = version + 1,
                   email_verified_at = coalesce(email_verified_at, now())
  WHERE id = $1
)sql"};

constexpr Statement end_sessions{"end_sessions", "DELETE FROM sessions WHERE user_id = $1"};

constexpr Statement set_verified{"set_verified", R"sql(
  UPDATE users SET email_verified_at = now(), version = version + 1
  WHERE id = $1 AND email_verified_at IS NULL
)sql"};

constexpr Statement purge_letters{"purge_letters", R"sql(
  DELETE FROM letters WHERE token_hash IN (
    SELECT token_hash FROM letters WHERE expires_at < now() ORDER BY expires_at LIMIT $1
    FOR UPDATE SKIP LOCKED)
)sql"};

User find_addressee(Transaction& transaction, const std::string& token, LetterKind kind) {
  return user_from(transaction.one(select_addressee,
                                   "this link was used before or is too old; ask for another",
                                   chassis::sha256_hex(token), name(kind)));
}

}  // namespace

std::optional<Letter> PostgresLetters::write(LetterKind kind, const std::string& email) {
  return database_.write([&](Transaction& transaction) -> std::optional<Letter> {
    const auto token = chassis::random_token(token_bytes);
    const auto key = chassis::sha256_hex(std::string{name(kind)} + "\n" + email);
    const auto count = transaction.one(count_letter, "no count", key)["count"].as<std::int64_t>();
    const auto row = transaction.maybe(insert_letter, chassis::sha256_hex(token), name(kind), email,
                                       count, letters_an_hour);
    if (!row) return std::nullopt;
    return Letter{kind, user_from(*row), token};
  });
}

User PostgresLetters::addressee(const std::string& token) {
  return database_.read([&](Transaction& transaction) {
    return find_addressee(transaction, token, LetterKind::password_reset);
  });
}

void PostgresLetters::reset_password(const std::string& token, const std::string& password_hash) {
  const auto ended = database_.write([&](Transaction& transaction) {
    const auto hash = chassis::sha256_hex(token);
    const char* missing = "this link was used before or is too old; ask for another";
    // The account is locked before anything else, as everywhere: no two wait for each other.
    const std::string id = transaction.one(lock_addressee, missing, hash)["id"].c_str();
    if (transaction.run(delete_letter, hash).affected_rows() == 0) {
      throw Error{ErrorCode::not_found, missing};
    }
    transaction.run(delete_resets, id);
    transaction.run(set_password, id, password_hash);
    return transaction.run(end_sessions, id).affected_rows();
  });
  count_revoked("password", static_cast<std::size_t>(ended));
}

void PostgresLetters::verify(const std::string& token) {
  database_.write([&](Transaction& transaction) {
    transaction.run(set_verified, find_addressee(transaction, token, LetterKind::verification).id);
  });
}

void PostgresLetters::purge(std::int64_t count) {
  database_.write([&](Transaction& transaction) { transaction.run(purge_letters, count); });
}

}  // namespace user
