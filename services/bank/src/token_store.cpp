#include "token_store.h"

#include "chassis/id.h"

namespace bank {
namespace {

using chassis::Statement;
using chassis::Transaction;

constexpr std::size_t token_bytes = 24;

constexpr Statement insert_token{"insert_token", R"sql(
  INSERT INTO tokens (token, brand, last4, good_until, declines, expires_at)
  VALUES ($1, $2, $3, date '1970-01-01' + $4::integer, nullif($5, ''),
          now() + $6 * interval '1 millisecond')
)sql"};

constexpr Statement charge_token{"charge_token", R"sql(
  UPDATE tokens SET charged_at = coalesce(charged_at, now())
  WHERE token = $1 AND (charged_at IS NOT NULL OR expires_at > now())
  RETURNING brand, last4, good_until - date '1970-01-01' AS good_until,
            CASE WHEN good_until < (now() AT TIME ZONE 'UTC')::date THEN 'declined'
                 ELSE coalesce(declines, '') END AS declines
)sql"};

constexpr Statement delete_unused{"delete_unused_tokens", R"sql(
  DELETE FROM tokens WHERE token IN (
    SELECT token FROM tokens WHERE charged_at IS NULL AND expires_at <= now()
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
)sql"};

}  // namespace

Token PostgresTokens::issue(const Card& card) {
  Token token{"tok_" + chassis::random_token(token_bytes), card.brand, card.last4};
  database_.write([&](Transaction& transaction) {
    transaction.run(insert_token, token.token, card.brand, card.last4,
                    static_cast<std::int64_t>(card.good_until.time_since_epoch().count()),
                    card.declines, static_cast<std::int64_t>(lifetime_.count()));
  });
  return token;
}

std::int64_t PostgresTokens::purge(std::int64_t most) {
  return database_.write([&](Transaction& transaction) {
    return static_cast<std::int64_t>(transaction.run(delete_unused, most).affected_rows());
  });
}

std::optional<Card> card_to_charge(Transaction& transaction, const std::string& token) {
  const auto row = transaction.maybe(charge_token, token);
  if (!row) return std::nullopt;
  const std::chrono::days day{(*row)["good_until"].as<int>()};
  return Card{(*row)["brand"].c_str(), (*row)["last4"].c_str(), std::chrono::sys_days{day},
              (*row)["declines"].c_str()};
}

}  // namespace bank
