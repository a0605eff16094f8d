#include "reservation_store.h"

#include <algorithm>
#include <map>

#include "chassis/metrics.h"
#include "product_events.h"
#include "product_store.h"

namespace product {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr Statement insert_reservation{"insert_reservation", R"sql(
  INSERT INTO reservations (order_id, state, expires_at) VALUES ($1, $2, now())
  ON CONFLICT (order_id) DO NOTHING
)sql"};

constexpr Statement lock_reservation{"lock_reservation", R"sql(
  SELECT state, expires_at <= now() AS is_over FROM reservations WHERE order_id = $1 FOR UPDATE
)sql"};

constexpr Statement select_reservation{"select_reservation", R"sql(
  SELECT state, expires_at AT TIME ZONE 'UTC' || '+00' AS expires_at
  FROM reservations WHERE order_id = $1
)sql"};

constexpr Statement select_lines{"select_reservation_lines", R"sql(
  SELECT product_id, name, quantity, unit_price
  FROM reservation_lines WHERE order_id = $1 ORDER BY product_id
)sql"};

constexpr Statement insert_lines{"insert_reservation_lines", R"sql(
  INSERT INTO reservation_lines (order_id, product_id, name, quantity, unit_price)
  SELECT $1, products.id, products.name, wanted.quantity, products.price
  FROM products JOIN unnest($2::uuid[], $3::bigint[]) AS wanted (id, quantity) USING (id)
)sql"};

constexpr Statement hold_reservation{"hold_reservation", R"sql(
  UPDATE reservations SET state = 'held', expires_at = now() + $2 * interval '1 millisecond'
  WHERE order_id = $1
)sql"};

constexpr Statement end_reservation{"end_reservation", R"sql(
  UPDATE reservations SET state = $2 WHERE order_id = $1
)sql"};

// FOR UPDATE locks in the order of the sort; an UPDATE that joins would lock in any order.
constexpr Statement lock_products{"lock_products", R"sql(
  SELECT id, CASE WHEN unlisted_at IS NULL THEN on_hand - reserved ELSE 0 END AS available
  FROM products WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
)sql"};

constexpr Statement lock_products_of{"lock_products_of", R"sql(
  SELECT id FROM products
  WHERE id IN (SELECT product_id FROM reservation_lines WHERE order_id = ANY ($1::uuid[]))
  ORDER BY id FOR NO KEY UPDATE
)sql"};

constexpr Statement take_stock{"take_stock", R"sql(
  UPDATE products SET reserved = reserved + wanted.quantity, version = version + 1
  FROM unnest($1::uuid[], $2::bigint[]) AS wanted (id, quantity) WHERE products.id = wanted.id
  RETURNING products.id, slug, name, description, category, price,
            on_hand - reserved AS stock, version, unlisted_at IS NULL AS listed
)sql"};

constexpr Statement give_back{"give_back_stock", R"sql(
  UPDATE products SET reserved = reserved - freed.quantity, version = version + 1
  FROM (SELECT product_id, sum(quantity)::bigint AS quantity
        FROM reservation_lines WHERE order_id = ANY ($1::uuid[]) GROUP BY product_id) AS freed
  WHERE products.id = freed.product_id
  RETURNING products.id, slug, name, description, category, price,
            on_hand - reserved AS stock, version, unlisted_at IS NULL AS listed, quantity
)sql"};

// What can be bought stays the same, and with it what a visitor sees.
constexpr Statement sell_stock{"sell_stock", R"sql(
  UPDATE products SET on_hand = on_hand - quantity, reserved = reserved - quantity
  FROM reservation_lines line WHERE order_id = $1 AND product_id = products.id
  RETURNING products.id, products.name, on_hand, quantity
)sql"};

constexpr Statement note_sale{"note_sale", R"sql(
  INSERT INTO stock_movements (product_id, kind, delta, reason, actor)
  SELECT product_id, 'sold', -quantity, 'sold', 'order:' || $1::uuid
  FROM reservation_lines WHERE order_id = $1::uuid ORDER BY product_id
)sql"};

constexpr Statement lock_sale{"lock_sale", R"sql(
  SELECT FROM reservations
  WHERE order_id = $1 AND state = 'committed' AND returned_at IS NULL FOR UPDATE
)sql"};

constexpr Statement return_stock{"return_stock", R"sql(
  UPDATE products SET on_hand = on_hand + quantity, version = version + 1
  FROM reservation_lines line WHERE order_id = $1 AND product_id = products.id
  RETURNING products.id, slug, products.name, description, category, price,
            on_hand - reserved AS stock, version, unlisted_at IS NULL AS listed, quantity
)sql"};

constexpr Statement note_return{"note_return", R"sql(
  INSERT INTO stock_movements (product_id, kind, delta, reason, actor)
  SELECT product_id, 'returned', quantity, 'order cancelled', 'order:' || $1::uuid
  FROM reservation_lines WHERE order_id = $1::uuid ORDER BY product_id
)sql"};

constexpr Statement mark_returned{"mark_returned", R"sql(
  UPDATE reservations SET returned_at = now() WHERE order_id = $1
)sql"};

constexpr Statement take_expired{"take_expired", R"sql(
  SELECT order_id FROM reservations WHERE state = 'held' AND expires_at <= now()
  ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
)sql"};

constexpr Statement wait_for_expired{"wait_for_expired", R"sql(
  SELECT order_id FROM reservations WHERE state = 'held' AND expires_at <= now()
    AND order_id IN (SELECT order_id FROM reservation_lines WHERE product_id = ANY ($1::uuid[]))
  ORDER BY order_id LIMIT 100 FOR UPDATE
)sql"};

constexpr Statement mark_expired{"mark_expired", R"sql(
  UPDATE reservations SET state = 'expired' WHERE order_id = ANY ($1::uuid[])
)sql"};

constexpr Statement sum_reserved{"sum_reserved", R"sql(
  SELECT coalesce(sum(reserved), 0)::bigint FROM products WHERE reserved > 0
)sql"};

std::vector<std::string> ids_of(const std::vector<Want>& wants) {
  std::vector<std::string> ids;
  ids.reserve(wants.size());
  for (const auto& want : wants) ids.push_back(want.product_id);
  return ids;
}

std::vector<std::string> quantities_of(const std::vector<Want>& wants) {
  std::vector<std::string> quantities;
  quantities.reserve(wants.size());
  for (const auto& want : wants) quantities.push_back(std::to_string(want.quantity));
  return quantities;
}

std::vector<Want> stored_wants(Transaction& transaction, const std::string& order_id) {
  std::vector<Want> wants;
  for (const auto& row : transaction.run(select_lines, order_id)) {
    wants.push_back({row["product_id"].c_str(), row["quantity"].as<std::int64_t>()});
  }
  return wants;
}

void tell(Transaction& transaction, const pqxx::row& row, const std::string& currency) {
  tell_changed(transaction, product_from(row, currency), row["listed"].as<bool>());
}

/// Tells of the products that could not be bought before these pieces came.
void tell_available(Transaction& transaction, const pqxx::result& rows,
                    const std::string& currency) {
  for (const auto& row : rows) {
    if (row["stock"].as<std::int64_t>() == row["quantity"].as<std::int64_t>()) {
      tell(transaction, row, currency);
    }
  }
}

Error released() {
  return Error{ErrorCode::conflict, "this reservation was released"}.type("released");
}

void count(const char* outcome, std::int64_t many = 1) {
  static const std::map<std::string, chassis::Counter> counters = [] {
    std::map<std::string, chassis::Counter> made;
    for (const auto* each :
         {"reserved", "short", "refused", "committed", "released", "expired", "returned"}) {
      made.emplace(each, chassis::counter("product_reservations_total",
                                          "Requests about reservations, by what became of them",
                                          {{"outcome", each}}));
    }
    return made;
  }();
  counters.at(outcome).add(static_cast<double>(many));
}

void count(const Error& error) { count(error.type() == "out-of-stock" ? "short" : "refused"); }

}  // namespace

Reservation PostgresReservations::stored(Transaction& transaction, const std::string& order_id) {
  const auto row = transaction.one(select_reservation, "no such reservation", order_id);
  Reservation reservation{.order_id = order_id,
                          .state = row["state"].c_str(),
                          .expires_at = chassis::to_time(row["expires_at"].c_str()),
                          .lines = {},
                          .total = {}};
  for (const auto& line : transaction.run(select_lines, order_id)) {
    reservation.lines.push_back({line["product_id"].c_str(),
                                 line["name"].c_str(),
                                 line["quantity"].as<std::int64_t>(),
                                 {line["unit_price"].as<std::int64_t>(), currency_}});
  }
  reservation.total = total_of(reservation.lines, currency_);
  return reservation;
}

void PostgresReservations::hold(Transaction& transaction, const std::string& order_id) {
  transaction.run(hold_reservation, order_id, static_cast<std::int64_t>(lifetime_.count()));
}

void PostgresReservations::take(Transaction& transaction, const std::vector<Want>& wants) {
  const auto ids = array_of(ids_of(wants));
  std::map<std::string, std::int64_t> available;
  for (const auto& row : transaction.run(lock_products, ids)) {
    available[row["id"].c_str()] = row["available"].as<std::int64_t>();
  }
  std::vector<ShortLine> missing;
  for (const auto& want : wants) {
    const auto found = available.find(want.product_id);
    const auto left = found == available.end() ? 0 : found->second;
    if (left < want.quantity) missing.push_back({want.product_id, want.quantity, left});
  }
  if (!missing.empty()) throw out_of_stock(missing);
  for (const auto& row : transaction.run(take_stock, ids, array_of(quantities_of(wants)))) {
    if (row["stock"].as<std::int64_t>() == 0) tell(transaction, row, currency_);
  }
}

void PostgresReservations::give(Transaction& transaction,
                                const std::vector<std::string>& order_ids) {
  const auto ids = array_of(order_ids);
  transaction.run(lock_products_of, ids);
  tell_available(transaction, transaction.run(give_back, ids), currency_);
}

std::int64_t PostgresReservations::free_those(Transaction& transaction, const pqxx::result& rows) {
  std::vector<std::string> order_ids;
  for (const auto& row : rows) order_ids.emplace_back(row["order_id"].c_str());
  if (order_ids.empty()) return 0;
  give(transaction, order_ids);
  transaction.run(mark_expired, array_of(order_ids));
  return static_cast<std::int64_t>(order_ids.size());
}

void PostgresReservations::sell(Transaction& transaction, const std::string& order_id) {
  for (const auto& row : transaction.run(sell_stock, order_id)) {
    const LowStock left{row["id"].c_str(), row["name"].c_str(), row["on_hand"].as<std::int64_t>()};
    const auto before = left.stock + row["quantity"].as<std::int64_t>();
    if (left.stock <= low_stock_ && before > low_stock_) tell_low(transaction, left);
  }
  transaction.run(note_sale, order_id);
  transaction.run(end_reservation, order_id, "committed");
}

Reservation PostgresReservations::try_reserve(Transaction& transaction, const std::string& order_id,
                                              const std::vector<Want>& wants) {
  const auto is_new = transaction.run(insert_reservation, order_id, "held").affected_rows() == 1;
  const auto row = transaction.one(lock_reservation, "no such reservation", order_id);
  const std::string state = row["state"].c_str();
  if (is_new) {
    take(transaction, wants);
    transaction.run(insert_lines, order_id, array_of(ids_of(wants)),
                    array_of(quantities_of(wants)));
    hold(transaction, order_id);
    return stored(transaction, order_id);
  }
  if (state == "released") throw released();
  if (stored_wants(transaction, order_id) != wants) {
    throw Error{ErrorCode::conflict, "this order has reserved other lines"};
  }
  if (state == "expired") take(transaction, wants);
  if (state == "expired" || (state == "held" && row["is_over"].as<bool>())) {
    hold(transaction, order_id);
  }
  return stored(transaction, order_id);
}

Reservation PostgresReservations::try_commit(Transaction& transaction,
                                             const std::string& order_id) {
  const auto row = transaction.one(lock_reservation, "no such reservation", order_id);
  const std::string state = row["state"].c_str();
  if (state == "released") throw released();
  if (state != "committed") {
    if (state == "expired") {
      take(transaction, stored_wants(transaction, order_id));
    } else {
      transaction.run(lock_products_of, array_of({order_id}));
    }
    sell(transaction, order_id);
  }
  return stored(transaction, order_id);
}

template <typename Work>
Reservation PostgresReservations::with_expired_freed(const std::vector<Want>& wants, Work work) {
  try {
    return database_.write(work);
  } catch (const Error& error) {
    if (error.type() != "out-of-stock") throw;
    free_expired(ids_of(wants));
  }
  return database_.write(work);
}

void PostgresReservations::free_expired(const std::vector<std::string>& product_ids) {
  std::int64_t ended = 0;
  do {
    ended = database_.write([&](Transaction& transaction) {
      return free_those(transaction, transaction.run(wait_for_expired, array_of(product_ids)));
    });
    count("expired", ended);
  } while (ended > 0);
}

Reservation PostgresReservations::reserve(const std::string& order_id, std::vector<Want> wants) {
  check(wants);
  std::sort(wants.begin(), wants.end(),
            [](const Want& left, const Want& right) { return left.product_id < right.product_id; });
  try {
    auto reservation = with_expired_freed(
        wants, [&](Transaction& transaction) { return try_reserve(transaction, order_id, wants); });
    count("reserved");
    return reservation;
  } catch (const Error& error) {
    count(error);
    throw;
  }
}

Reservation PostgresReservations::commit(const std::string& order_id) {
  try {
    const auto wants = database_.read(
        [&](Transaction& transaction) { return stored_wants(transaction, order_id); });
    auto reservation = with_expired_freed(
        wants, [&](Transaction& transaction) { return try_commit(transaction, order_id); });
    count("committed");
    return reservation;
  } catch (const Error& error) {
    count(error);
    throw;
  }
}

std::vector<std::string> PostgresReservations::release(const std::string& order_id) {
  auto freed = database_.write([&](Transaction& transaction) {
    // A release that overtakes its reservation stays, so that the reservation finds it.
    transaction.run(insert_reservation, order_id, "released");
    const std::string state =
        transaction.one(lock_reservation, "no such reservation", order_id)["state"].c_str();
    if (state == "committed") {
      throw Error{ErrorCode::conflict, "this reservation is committed: its pieces are sold"}.type(
          "committed");
    }
    std::vector<std::string> product_ids;
    if (state == "held") {
      give(transaction, {order_id});
      product_ids = ids_of(stored_wants(transaction, order_id));
    }
    transaction.run(end_reservation, order_id, "released");
    return product_ids;
  });
  count("released");
  return freed;
}

bool PostgresReservations::take_back(Transaction& transaction, const std::string& order_id) {
  if (!transaction.maybe(lock_sale, order_id)) return false;
  transaction.run(lock_products_of, array_of({order_id}));
  tell_available(transaction, transaction.run(return_stock, order_id), currency_);
  transaction.run(note_return, order_id);
  transaction.run(mark_returned, order_id);
  count("returned");
  return true;
}

std::int64_t PostgresReservations::expire(std::int64_t most) {
  const auto ended = database_.write([&](Transaction& transaction) {
    return free_those(transaction, transaction.run(take_expired, most));
  });
  count("expired", ended);
  return ended;
}

std::int64_t PostgresReservations::reserved_units() {
  return database_.read([](Transaction& transaction) {
    return transaction.run(sum_reserved)[0][0].as<std::int64_t>();
  });
}

}  // namespace product
