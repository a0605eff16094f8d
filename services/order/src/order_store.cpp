#include "order_store.h"

#include <map>

#include "cart_store.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr auto no_such_order = "no such order";

constexpr Statement select_orders{"select_orders", R"sql(
  SELECT id, customer, status, currency, total, tax_percent, refund,
    payment_status, brand, last4, bank_reference,
    ship_name, ship_street, ship_postcode, ship_city, ship_country,
    problem_status, problem_type, problem_detail, problem_members,
    created_at, confirmed_at, cancelled_at, updated_at, version
  FROM orders WHERE id = ANY ($1::uuid[])
)sql"};

constexpr Statement select_lines{"select_order_lines", R"sql(
  SELECT order_id, product_id, name, quantity, unit_price
  FROM order_lines WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, position
)sql"};

constexpr Statement select_page{"select_orders_of_customer", R"sql(
  SELECT id FROM orders WHERE customer = $1 AND ($2::uuid IS NULL OR id < $2)
  ORDER BY id DESC LIMIT $3
)sql"};

constexpr Statement select_all{"select_all_orders", R"sql(
  SELECT id FROM orders WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2
)sql"};

std::optional<chassis::Time> time_of(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return chassis::to_time(field.c_str());
}

/// Only what a customer may do wrong is kept: 402, or 409.
Error problem_from(const pqxx::row& row) {
  constexpr int payment_required = 402;
  const bool declined = row["problem_status"].as<int>() == payment_required;
  return Error{declined ? ErrorCode::payment_required : ErrorCode::conflict,
               row["problem_detail"].c_str()}
      .type(row["problem_type"].c_str())
      .members(row["problem_members"].c_str());
}

Order order_from(const pqxx::row& row) {
  Order order;
  const std::string currency = row["currency"].c_str();
  order.id = row["id"].c_str();
  order.customer = row["customer"].c_str();
  order.status = status_of(row["status"].c_str());
  order.total = {row["total"].as<std::int64_t>(), currency};
  order.tax_percent = row["tax_percent"].as<std::int64_t>();
  if (!row["refund"].is_null()) order.refund = {row["refund"].as<std::int64_t>(), currency};
  if (!row["payment_status"].is_null()) {
    order.payment = {row["payment_status"].c_str(), row["brand"].c_str(), row["last4"].c_str(),
                     row["bank_reference"].c_str()};
  }
  if (!row["ship_name"].is_null()) {
    order.ship_to = {row["ship_name"].c_str(), row["ship_street"].c_str(),
                     row["ship_postcode"].c_str(), row["ship_city"].c_str(),
                     row["ship_country"].c_str()};
  }
  if (!row["problem_type"].is_null()) order.problem = problem_from(row);
  order.created_at = chassis::to_time(row["created_at"].c_str());
  order.confirmed_at = time_of(row["confirmed_at"]);
  order.cancelled_at = time_of(row["cancelled_at"]);
  order.updated_at = chassis::to_time(row["updated_at"].c_str());
  order.version = row["version"].as<std::int64_t>();
  return order;
}

/// The orders with these ids in the order of the ids.
std::vector<Order> load(Transaction& transaction, const std::vector<std::string>& ids) {
  std::string array = "{";
  for (const auto& id : ids) array += (array.size() > 1 ? "," : "") + id;
  array += "}";
  std::map<std::string, Order> found;
  for (const auto& row : transaction.run(select_orders, array)) {
    found.emplace(row["id"].c_str(), order_from(row));
  }
  for (const auto& row : transaction.run(select_lines, array)) {
    auto& order = found.at(row["order_id"].c_str());
    order.lines.push_back(line_from(row, order.total.currency));
  }
  std::vector<Order> orders;
  for (const auto& id : ids) {
    if (auto order = found.extract(id)) orders.push_back(std::move(order.mapped()));
  }
  return orders;
}

std::vector<Order> load(Transaction& transaction, const pqxx::result& rows) {
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.emplace_back(row["id"].c_str());
  return ids.empty() ? std::vector<Order>{} : load(transaction, ids);
}

/// A cursor's place, or none.
std::optional<std::string> place(const std::string& after) {
  return after.empty() ? std::nullopt : std::optional{after};
}

}  // namespace

Order load_order(Transaction& transaction, const std::string& id) {
  auto orders = load(transaction, std::vector{id});
  if (orders.empty()) throw Error{ErrorCode::not_found, no_such_order};
  return std::move(orders.front());
}

Order PostgresOrders::find(const std::string& customer, const std::string& id) {
  auto order =
      database_.read([&](Transaction& transaction) { return load_order(transaction, id); });
  if (order.customer != customer) throw Error{ErrorCode::not_found, no_such_order};
  return order;
}

std::vector<Order> PostgresOrders::list(const std::string& customer, const std::string& after,
                                        std::int64_t count) {
  return database_.read([&](Transaction& transaction) {
    return load(transaction, transaction.run(select_page, customer, place(after), count));
  });
}

std::vector<Order> PostgresOrders::all(const std::string& after, std::int64_t count) {
  return database_.read([&](Transaction& transaction) {
    return load(transaction, transaction.run(select_all, place(after), count));
  });
}

}  // namespace order
