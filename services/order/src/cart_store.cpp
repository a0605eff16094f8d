#include "cart_store.h"

#include <algorithm>

#include "chassis/json.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr Statement select_version{"select_cart_version", R"sql(
  SELECT version FROM carts WHERE owner_kind = $1 AND owner_id = $2
)sql"};

constexpr Statement select_lines{"select_cart_lines", R"sql(
  SELECT product_id, name, quantity, unit_price
  FROM cart_lines WHERE owner_kind = $1 AND owner_id = $2 ORDER BY position
)sql"};

constexpr Statement lock_cart{"lock_cart", R"sql(
  SELECT version FROM carts WHERE owner_kind = $1 AND owner_id = $2 FOR UPDATE
)sql"};

// Locks the cart's row, which is made when there is none.
constexpr Statement change_cart{"change_cart", R"sql(
  INSERT INTO carts AS known (owner_kind, owner_id, version) VALUES ($1, $2, 1)
  ON CONFLICT (owner_kind, owner_id) DO UPDATE SET version = known.version + 1, touched_at = now()
  RETURNING version
)sql"};

constexpr Statement set_lines{"set_cart_lines", R"sql(
  INSERT INTO cart_lines (owner_kind, owner_id, product_id, name, quantity, unit_price)
  SELECT $1, $2, product_id, name, quantity, unit_price
  FROM jsonb_to_recordset($3::jsonb)
    AS line (product_id uuid, name text, quantity integer, unit_price bigint)
  ON CONFLICT (owner_kind, owner_id, product_id) DO UPDATE
  SET name = excluded.name, quantity = excluded.quantity, unit_price = excluded.unit_price
)sql"};

constexpr Statement delete_line{"delete_cart_line", R"sql(
  DELETE FROM cart_lines
  WHERE owner_kind = $1 AND owner_id = $2 AND ($3::uuid IS NULL OR product_id = $3)
)sql"};

constexpr Statement delete_cart{"delete_cart", R"sql(
  DELETE FROM carts WHERE owner_kind = $1 AND owner_id = $2
)sql"};

constexpr Statement delete_old{"delete_old_carts", R"sql(
  DELETE FROM carts WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM carts
    WHERE owner_kind = 'guest' AND touched_at < now() - $1 * interval '1 hour'
    ORDER BY touched_at LIMIT $2 FOR UPDATE SKIP LOCKED))
)sql"};

constexpr Statement count_open{"count_open_carts", R"sql(
  SELECT count(*) FROM carts WHERE EXISTS (
    SELECT FROM cart_lines
    WHERE cart_lines.owner_kind = carts.owner_kind AND cart_lines.owner_id = carts.owner_id)
)sql"};

const char* name_of(Owner::Kind kind) { return kind == Owner::Kind::user ? "user" : "guest"; }

template <typename... Arguments>
pqxx::result run(Transaction& transaction, const Statement& statement, const Owner& owner,
                 const Arguments&... arguments) {
  return transaction.run(statement, name_of(owner.kind), owner.id, arguments...);
}

std::vector<Line> lines_of(Transaction& transaction, const Owner& owner,
                           const std::string& currency) {
  std::vector<Line> lines;
  for (const auto& row : run(transaction, select_lines, owner)) {
    lines.push_back(line_from(row, currency));
  }
  return lines;
}

/// Locks the cart and counts the change.
std::int64_t change(Transaction& transaction, const Owner& owner) {
  return run(transaction, change_cart, owner)[0][0].as<std::int64_t>();
}

/// Takes one product, or without one everything, out of the cart.
void take_out(chassis::Database& database, const Owner& owner,
              const std::optional<std::string>& product_id) {
  database.write([&](Transaction& transaction) {
    if (run(transaction, lock_cart, owner).empty()) return;
    if (run(transaction, delete_line, owner, product_id).affected_rows() > 0) {
      change(transaction, owner);
    }
  });
}

}  // namespace

Line line_from(const pqxx::row& row, const std::string& currency) {
  return {row["product_id"].c_str(),
          row["name"].c_str(),
          row["quantity"].as<std::int64_t>(),
          {row["unit_price"].as<std::int64_t>(), currency}};
}

std::string records_of(const std::vector<Line>& lines) {
  chassis::JsonWriter json;
  json.begin_array();
  for (const auto& line : lines) {
    json.begin_object();
    json.key("product_id");
    json.text(line.product_id);
    json.key("name");
    json.text(line.name);
    json.key("quantity");
    json.integer(line.quantity);
    json.key("unit_price");
    json.integer(line.unit_price.amount);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

void put_into_cart(Transaction& transaction, const Owner& owner, const std::vector<Line>& lines) {
  change(transaction, owner);
  const auto changed = added(lines_of(transaction, owner, {}), lines);
  run(transaction, set_lines, owner, records_of(changed));
}

Cart PostgresCarts::find(const Owner& owner) {
  return database_.read([&](Transaction& transaction) {
    // The version first: read later it could name a change that the lines do not show.
    const auto version = run(transaction, select_version, owner);
    if (version.empty()) return Cart{};
    return Cart{lines_of(transaction, owner, currency_), version[0][0].as<std::int64_t>()};
  });
}

Cart PostgresCarts::put(const Owner& owner, const Line& line) {
  return database_.write([&](Transaction& transaction) {
    const auto version = change(transaction, owner);
    run(transaction, set_lines, owner, records_of({line}));
    Cart cart{lines_of(transaction, owner, currency_), version};
    if (cart.lines.size() > lines_max) {
      throw Error{ErrorCode::conflict,
                  "a cart holds at most " + std::to_string(lines_max) + " products"}
          .type("cart-full");
    }
    return cart;
  });
}

void PostgresCarts::remove(const Owner& owner, const std::string& product_id) {
  take_out(database_, owner, product_id);
}

void PostgresCarts::clear(const Owner& owner) { take_out(database_, owner, std::nullopt); }

Cart PostgresCarts::merge(const std::string& guest_id, const std::string& user_id) {
  const Owner guest{Owner::Kind::guest, guest_id};
  const Owner user{Owner::Kind::user, user_id};
  database_.write([&](Transaction& transaction) {
    if (run(transaction, lock_cart, guest).empty()) return;
    const auto lines = lines_of(transaction, guest, currency_);
    if (!lines.empty()) put_into_cart(transaction, user, lines);
    run(transaction, delete_cart, guest);
  });
  return find(user);
}

std::int64_t PostgresCarts::purge(std::int64_t most) {
  return database_.read([&](Transaction& transaction) {
    return static_cast<std::int64_t>(
        transaction.run(delete_old, std::int64_t{guest_cart_life.count()}, most).affected_rows());
  });
}

std::int64_t PostgresCarts::open() {
  return database_.read([](Transaction& transaction) {
    return transaction.run(count_open)[0][0].as<std::int64_t>();
  });
}

}  // namespace order
