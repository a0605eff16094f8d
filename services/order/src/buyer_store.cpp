#include "buyer_store.h"

namespace order {
namespace {

using chassis::Statement;
using chassis::Transaction;

constexpr Statement select_buyer{"select_buyer", R"sql(
  SELECT name, email FROM buyers WHERE user_id = $1
)sql"};

constexpr Statement upsert_buyer{"upsert_buyer", R"sql(
  INSERT INTO buyers AS known (user_id, name, email, as_of) VALUES ($1, $2, $3, $4)
  ON CONFLICT (user_id) DO UPDATE
  SET name = excluded.name, email = excluded.email, as_of = excluded.as_of
  WHERE known.erased_at IS NULL AND (known.as_of IS NULL OR known.as_of < excluded.as_of)
)sql"};

// So that there is a row to lock.
constexpr Statement insert_buyer{"insert_buyer", R"sql(
  INSERT INTO buyers (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING
)sql"};

constexpr Statement lock_buyer{"lock_buyer", R"sql(
  SELECT erased_at IS NOT NULL FROM buyers WHERE user_id = $1 FOR SHARE
)sql"};

constexpr Statement erase_buyer{"erase_buyer", R"sql(
  INSERT INTO buyers AS known (user_id, erased_at) VALUES ($1, now())
  ON CONFLICT (user_id) DO UPDATE
  SET name = NULL, email = NULL, erased_at = coalesce(known.erased_at, now())
)sql"};

constexpr Statement erase_cart{"erase_cart", R"sql(
  DELETE FROM carts WHERE owner_kind = 'user' AND owner_id = $1
)sql"};

constexpr Statement scrub_orders{"scrub_orders", R"sql(
  UPDATE orders SET request_key = NULL, ship_name = NULL, ship_street = NULL,
    ship_postcode = NULL, ship_city = NULL, ship_country = NULL
  WHERE customer = $1 AND num_nonnulls(request_key, ship_name) > 0
)sql"};

std::optional<std::string> text_of(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.c_str();
}

}  // namespace

Buyer PostgresBuyers::find(Transaction& transaction, const std::string& user_id) {
  const auto row = transaction.maybe(select_buyer, user_id);
  if (!row) return {user_id, {}, {}};
  return {user_id, text_of((*row)["name"]), text_of((*row)["email"])};
}

void PostgresBuyers::learn(Transaction& transaction, const Buyer& buyer, chassis::Time as_of) {
  transaction.run(upsert_buyer, buyer.user_id, buyer.name, buyer.email, chassis::to_text(as_of));
}

void PostgresBuyers::erase(Transaction& transaction, const std::string& user_id) {
  transaction.run(erase_buyer, user_id);
  transaction.run(erase_cart, user_id);
  transaction.run(scrub_orders, user_id);
}

bool is_erased(Transaction& transaction, const std::string& user_id) {
  transaction.run(insert_buyer, user_id);
  return transaction.run(lock_buyer, user_id)[0][0].as<bool>();
}

}  // namespace order
