#include "book_store.h"

namespace product {
namespace {

using chassis::Statement;
using chassis::Transaction;

constexpr auto first_id = "00000000-0000-0000-0000-000000000000";

// One statement, so that the sums are of the same moment as what they are compared with. Few
// reservations are held at a time.
constexpr Statement select_stock{"select_stock_book", R"sql(
  WITH held AS MATERIALIZED (
    SELECT product_id, sum(quantity)::bigint AS quantity
    FROM reservations JOIN reservation_lines USING (order_id)
    WHERE state = 'held' GROUP BY product_id
  )
  SELECT products.id, moved.*, on_hand, reserved, coalesce(held.quantity, 0) AS held
  FROM products LEFT JOIN held ON held.product_id = products.id CROSS JOIN LATERAL (
    SELECT coalesce(sum(delta) FILTER (WHERE kind = 'initial'), 0)::bigint AS initial,
           coalesce(sum(delta) FILTER (WHERE kind = 'received'), 0)::bigint AS received,
           coalesce(-sum(delta) FILTER (WHERE kind = 'sold'), 0)::bigint AS sold,
           coalesce(sum(delta) FILTER (WHERE kind = 'returned'), 0)::bigint AS returned,
           coalesce(sum(delta) FILTER (WHERE kind = 'adjusted'), 0)::bigint AS adjusted
    FROM stock_movements WHERE product_id = products.id) moved
  WHERE products.id > $1 ORDER BY products.id LIMIT $2
)sql"};

// A row for each line, and one for a reservation without lines.
constexpr Statement select_reservations{"select_reservation_book", R"sql(
  SELECT page.*, product_id, quantity
  FROM (SELECT order_id, state, returned_at IS NOT NULL AS returned,
               updated_at AT TIME ZONE 'UTC' || '+00' AS updated_at
        FROM reservations WHERE order_id > $1 ORDER BY order_id LIMIT $2) page
  LEFT JOIN reservation_lines USING (order_id) ORDER BY order_id, product_id
)sql"};

StockRow stock_from(const pqxx::row& row) {
  const auto number = [&](const char* column) { return row[column].as<std::int64_t>(); };
  return {row["id"].c_str(), number("initial"),  number("received"),
          number("sold"),    number("returned"), number("adjusted"),
          number("on_hand"), number("reserved"), number("held")};
}

}  // namespace

std::vector<StockRow> PostgresBooks::stock(const std::string& after, std::int64_t count) {
  return database_.read([&](Transaction& transaction) {
    std::vector<StockRow> rows;
    for (const auto& row : transaction.run(select_stock, after.empty() ? first_id : after, count)) {
      rows.push_back(stock_from(row));
    }
    return rows;
  });
}

std::vector<ReservationRow> PostgresBooks::reservations(const std::string& after,
                                                        std::int64_t count) {
  return database_.read([&](Transaction& transaction) {
    std::vector<ReservationRow> rows;
    for (const auto& row :
         transaction.run(select_reservations, after.empty() ? first_id : after, count)) {
      const std::string order_id = row["order_id"].c_str();
      if (rows.empty() || rows.back().order_id != order_id) {
        rows.push_back({order_id,
                        row["state"].c_str(),
                        row["returned"].as<bool>(),
                        {},
                        chassis::to_time(row["updated_at"].c_str())});
      }
      if (row["product_id"].is_null()) continue;
      rows.back().lines.push_back({row["product_id"].c_str(), row["quantity"].as<std::int64_t>()});
    }
    return rows;
  });
}

}  // namespace product
