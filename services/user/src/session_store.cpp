#include "session_store.h"

#include <optional>

#include "chassis/auth.h"
#include "chassis/id.h"
#include "chassis/metrics.h"
#include "user_store.h"

namespace user {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr std::size_t token_bytes = 32;

constexpr Statement insert_session{"insert_session", R"sql(
  INSERT INTO sessions (id, user_id, expires_at, ends_at)
  VALUES ($1, $2, now() + least($3::int, $4::int) * interval '1 second',
          now() + $4::int * interval '1 second')
)sql"};

constexpr Statement insert_token{"insert_token", R"sql(
  INSERT INTO refresh_tokens (id, session_id, token_hash) VALUES ($1, $2, $3)
)sql"};

// Waits while the password is changed, so that no session of the old one is opened after the change
// has ended them all.
constexpr Statement share_user{"share_user", R"sql(
  SELECT * FROM users WHERE id = $1 AND password_version = $2 FOR KEY SHARE
)sql"};

// All that happens to a session waits here for its turn, so what is read after it is settled.
constexpr Statement lock_session{"lock_session", R"sql(
  SELECT user_id, expires_at > clock_timestamp() AS alive FROM sessions
  WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1) FOR UPDATE
)sql"};

constexpr Statement select_token{"select_token", R"sql(
  SELECT id, session_id, used_at IS NOT NULL AS used, nonce,
         coalesce(used_at > clock_timestamp() - $2::int * interval '1 second', false) AS fresh
  FROM refresh_tokens WHERE token_hash = $1
)sql"};

constexpr Statement use_token{"use_token", R"sql(
  UPDATE refresh_tokens SET used_at = clock_timestamp(), nonce = $2 WHERE id = $1
)sql"};

constexpr Statement extend_session{"extend_session", R"sql(
  UPDATE sessions SET expires_at = least(clock_timestamp() + $2::int * interval '1 second', ends_at)
  WHERE id = $1
)sql"};

constexpr Statement select_owner{"select_owner", "SELECT * FROM users WHERE id = $1"};

constexpr Statement delete_session{"delete_session", "DELETE FROM sessions WHERE id = $1"};

constexpr Statement delete_by_hash{"delete_session_by_hash", R"sql(
  DELETE FROM sessions
  WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)
)sql"};

constexpr Statement delete_by_token{"delete_session_by_token", R"sql(
  DELETE FROM sessions
  WHERE id = (SELECT session_id FROM refresh_tokens WHERE id = $1) AND user_id = $2
)sql"};

constexpr Statement delete_all{"delete_sessions_of_user", R"sql(
  DELETE FROM sessions WHERE user_id = $1
)sql"};

constexpr Statement purge_sessions{"purge_sessions", R"sql(
  DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE expires_at < now() ORDER BY expires_at LIMIT $1
    FOR UPDATE SKIP LOCKED)
)sql"};

constexpr Statement purge_tokens{"purge_tokens", R"sql(
  DELETE FROM refresh_tokens WHERE id IN (
    SELECT id FROM refresh_tokens WHERE used_at < now() - $2::int * interval '1 second'
    ORDER BY used_at LIMIT $1 FOR UPDATE SKIP LOCKED)
)sql"};

constexpr Statement purge_nonces{"purge_nonces", R"sql(
  UPDATE refresh_tokens SET nonce = NULL WHERE id IN (
    SELECT id FROM refresh_tokens
    WHERE nonce IS NOT NULL AND used_at < now() - $2::int * interval '1 second'
    ORDER BY used_at LIMIT $1 FOR UPDATE SKIP LOCKED)
)sql"};

void count_renewal(const char* outcome) {
  chassis::counter("user_renewals_total", "Refresh tokens presented, by outcome",
                   {{"outcome", outcome}})
      .add();
}

/// One refresh token as it stands, and its text.
struct Token {
  std::string text;
  std::string id;
  std::string session_id;
  bool used = false;
  bool fresh = false;  // used within the grace
  std::string nonce;
};

std::optional<Token> find_token(Transaction& transaction, const std::string& text,
                                std::int64_t grace_s) {
  const auto row = transaction.maybe(select_token, chassis::sha256_hex(text), grace_s);
  if (!row) return std::nullopt;
  return Token{text,
               (*row)["id"].c_str(),
               (*row)["session_id"].c_str(),
               (*row)["used"].as<bool>(),
               (*row)["fresh"].as<bool>(),
               (*row)["nonce"].is_null() ? "" : (*row)["nonce"].c_str()};
}

/// The text of the token that follows: random to whoever lacks either the token or the nonce, and
/// the same for whoever presents the token again.
std::string successor_of(const std::string& token, const std::string& nonce) {
  return chassis::hmac_sha256(token, nonce);
}

/// From a token that was used within the grace to the one of its session that is unused now.
std::optional<Token> unused_after(Transaction& transaction, Token token, std::int64_t grace_s) {
  while (token.used) {
    if (!token.fresh || token.nonce.empty()) return std::nullopt;
    auto next = find_token(transaction, successor_of(token.text, token.nonce), grace_s);
    if (!next) return std::nullopt;
    token = std::move(*next);
  }
  return token;
}

Renewal use(Transaction& transaction, const Token& token, std::int64_t idle_s) {
  const auto nonce = chassis::random_token(token_bytes);
  Renewal renewal{{}, chassis::new_id(), successor_of(token.text, nonce)};
  transaction.run(use_token, token.id, nonce);
  transaction.run(insert_token, renewal.token_id, token.session_id,
                  chassis::sha256_hex(renewal.refresh_token));
  transaction.run(extend_session, token.session_id, idle_s);
  return renewal;
}

}  // namespace

Renewal PostgresSessions::open(const Credential& credential) {
  const auto& user_id = credential.user.id;
  return database_.write([&](Transaction& transaction) {
    const auto owner = transaction.maybe(share_user, user_id, credential.password_version);
    if (!owner) {
      throw Error{ErrorCode::unauthenticated, "the password or the account has just changed"};
    }
    const auto session_id = chassis::new_id();
    Renewal renewal{user_from(*owner), chassis::new_id(), chassis::random_token(token_bytes)};
    transaction.run(insert_session, session_id, user_id, times_.idle.count(), times_.most.count());
    transaction.run(insert_token, renewal.token_id, session_id,
                    chassis::sha256_hex(renewal.refresh_token));
    return renewal;
  });
}

Renewal PostgresSessions::renew(const std::string& refresh_token, Repeat repeat) {
  const auto grace_s = times_.grace.count();
  const char* outcome = "unknown";
  const auto renewed = database_.write([&](Transaction& transaction) -> std::optional<Renewal> {
    outcome = "unknown";
    const auto session = transaction.maybe(lock_session, chassis::sha256_hex(refresh_token));
    if (!session || !(*session)["alive"].as<bool>()) return std::nullopt;
    const auto token = find_token(transaction, refresh_token, grace_s);
    if (!token) return std::nullopt;
    std::optional<Renewal> renewal;
    if (!token->used) {
      outcome = "renewed";
      renewal = use(transaction, *token, times_.idle.count());
    } else if (repeat == Repeat::allowed) {
      if (const auto unused = unused_after(transaction, *token, grace_s)) {
        outcome = "repeated";
        renewal = Renewal{{}, unused->id, unused->text};
      }
    }
    if (!renewal) {
      outcome = "reused";
      transaction.run(delete_session, token->session_id);  // stays, although the caller gets 401
      return std::nullopt;
    }
    renewal->user =
        user_from(transaction.one(select_owner, "no such user", (*session)["user_id"].c_str()));
    return renewal;
  });
  count_renewal(outcome);
  if (renewed) return *renewed;
  count_revoked("reuse", std::string_view{outcome} == "reused" ? 1 : 0);
  throw Error{ErrorCode::unauthenticated, "this session is over; sign in again"};
}

void PostgresSessions::close(const std::string& refresh_token) {
  const auto ended = database_.write([&](Transaction& transaction) {
    return transaction.run(delete_by_hash, chassis::sha256_hex(refresh_token)).affected_rows();
  });
  count_revoked("sign-out", static_cast<std::size_t>(ended));
}

void PostgresSessions::close_token(const std::string& user_id, const std::string& token_id) {
  if (!chassis::is_uuid(token_id)) return;
  const auto ended = database_.write([&](Transaction& transaction) {
    return transaction.run(delete_by_token, token_id, user_id).affected_rows();
  });
  count_revoked("sign-out", static_cast<std::size_t>(ended));
}

void PostgresSessions::close_all(const std::string& user_id) {
  const auto ended = database_.write([&](Transaction& transaction) {
    return transaction.run(delete_all, user_id).affected_rows();
  });
  count_revoked("everywhere", static_cast<std::size_t>(ended));
}

void PostgresSessions::purge(std::int64_t count) {
  database_.write([&](Transaction& transaction) { transaction.run(purge_sessions, count); });
  database_.write(
      [&](Transaction& transaction) { transaction.run(purge_tokens, count, times_.idle.count()); });
  database_.write([&](Transaction& transaction) {
    transaction.run(purge_nonces, count, times_.grace.count());
  });
}

}  // namespace user
