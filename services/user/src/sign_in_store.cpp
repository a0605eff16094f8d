#include "sign_in_store.h"

#include <algorithm>

#include "chassis/auth.h"

namespace user {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

// Both statements keep delay_after() out of SQL: the delay is set by a second statement, which the
// row's lock protects. An expired row begins anew.
constexpr Statement count_try{"count_try", R"sql(
  INSERT INTO tries AS t (key, count, next_at, expires_at)
  VALUES ($1, 1, clock_timestamp(), clock_timestamp() + interval '1 hour')
  ON CONFLICT (key) DO UPDATE
  SET count = CASE WHEN t.expires_at <= clock_timestamp() THEN 1 ELSE least(t.count, 9999) + 1 END,
      expires_at = clock_timestamp() + interval '1 hour'
  WHERE t.next_at <= clock_timestamp()
  RETURNING count
)sql"};

constexpr Statement delay_next{"delay_next", R"sql(
  UPDATE tries SET next_at = clock_timestamp() + $2::int * interval '1 second' WHERE key = $1
)sql"};

constexpr Statement select_wait{"select_wait", R"sql(
  SELECT greatest(1, ceil(extract(epoch FROM next_at - clock_timestamp())))::int AS seconds
  FROM tries WHERE key = $1
)sql"};

constexpr Statement select_known{"select_known", R"sql(
  SELECT FROM known_networks n JOIN users u ON u.id = n.user_id
  WHERE u.email = $1 AND n.network = $2 AND n.seen_at > now() - interval '30 days'
)sql"};

constexpr Statement delete_tries{"delete_tries", "DELETE FROM tries WHERE key = $1"};

constexpr Statement count_back{"count_back", R"sql(
  UPDATE tries SET count = count - 1 WHERE key = $1 AND count > 0
)sql"};

constexpr Statement lift_delay{"lift_delay", R"sql(
  UPDATE tries SET count = greatest(count - 1, 0), next_at = clock_timestamp() WHERE key = $1
)sql"};

constexpr Statement know_network{"know_network", R"sql(
  INSERT INTO known_networks (user_id, network)
  SELECT id, $2 FROM users WHERE id = $1
  ON CONFLICT (user_id, network) DO UPDATE SET seen_at = now()
)sql"};

constexpr Statement purge_tries{"purge_tries", R"sql(
  DELETE FROM tries WHERE key IN (
    SELECT key FROM tries WHERE expires_at < now() ORDER BY expires_at LIMIT $1
    FOR UPDATE SKIP LOCKED)
)sql"};

constexpr Statement purge_networks{"purge_networks", R"sql(
  DELETE FROM known_networks WHERE (user_id, network) IN (
    SELECT user_id, network FROM known_networks WHERE seen_at < now() - interval '30 days'
    ORDER BY seen_at LIMIT $1 FOR UPDATE SKIP LOCKED)
)sql"};

std::string key_of(const Try& attempt) {
  return chassis::sha256_hex("sign-in from\n" + attempt.network + "\n" + attempt.email);
}

std::string key_everywhere(const Try& attempt) {
  return chassis::sha256_hex("sign-in\n" + attempt.email);
}

std::string network_hash(const Try& attempt) {
  return chassis::sha256_hex(attempt.network + "\n" + attempt.email);
}

/// Whether the owner has signed in from there.
bool is_known(Transaction& transaction, const Try& attempt) {
  return !attempt.network.empty() &&
         transaction.maybe(select_known, attempt.email, network_hash(attempt)).has_value();
}

/// How many seconds are still to wait; 0 when the try is counted.
int count_one(Transaction& transaction, const std::string& key, std::int64_t free) {
  const auto counted = transaction.maybe(count_try, key);
  if (!counted) return transaction.one(select_wait, "no tries", key)["seconds"].as<int>();
  const auto delay = delay_after((*counted)["count"].as<std::int64_t>(), free);
  if (delay.count() > 0) transaction.run(delay_next, key, delay.count());
  return 0;
}

}  // namespace

void PostgresTries::count(const Try& attempt) {
  database_.write([&](Transaction& transaction) {
    auto wait_s = count_one(transaction, key_of(attempt), free_tries);
    if (wait_s == 0 && !is_known(transaction, attempt)) {
      wait_s = count_one(transaction, key_everywhere(attempt), free_tries_everywhere);
    }
    if (wait_s > 0) {
      throw Error{ErrorCode::too_many_requests,
                  "too many wrong passwords; Retry-After says when to try again"}
          .retry_after(wait_s);
    }
  });
}

void PostgresTries::forget(const Try& attempt, const std::string& user_id) {
  database_.write([&](Transaction& transaction) {
    transaction.run(delete_tries, key_of(attempt));
    if (!is_known(transaction, attempt)) transaction.run(count_back, key_everywhere(attempt));
    if (!attempt.network.empty()) transaction.run(know_network, user_id, network_hash(attempt));
  });
}

void PostgresTries::take_back(const Try& attempt) {
  database_.write([&](Transaction& transaction) {
    transaction.run(lift_delay, key_of(attempt));
    if (!is_known(transaction, attempt)) transaction.run(lift_delay, key_everywhere(attempt));
  });
}

void PostgresTries::purge(std::int64_t count) {
  database_.write([&](Transaction& transaction) { transaction.run(purge_tries, count); });
  database_.write([&](Transaction& transaction) { transaction.run(purge_networks, count); });
}

}  // namespace user
