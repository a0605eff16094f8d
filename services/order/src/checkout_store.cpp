#include "checkout_store.h"

#include "buyer_store.h"
#include "cart_store.h"
#include "chassis/id.h"
#include "order_store.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr Statement select_begun{"select_order_of_request", R"sql(
  SELECT id, created_at < now() - interval '24 hours' AS is_old
  FROM orders WHERE customer = $1 AND request_key = $2
)sql"};

constexpr Statement forget_key{"forget_request_key", R"sql(
  UPDATE orders SET request_key = NULL WHERE id = $1
)sql"};

// Locks the cart's row.
constexpr Statement empty_cart{"empty_cart", R"sql(
  UPDATE carts SET version = version + 1, touched_at = now()
  WHERE owner_kind = 'user' AND owner_id = $1
)sql"};

constexpr Statement insert_order{"insert_order", R"sql(
  INSERT INTO orders (id, customer, request_key, currency, tax_percent,
    ship_name, ship_street, ship_postcode, ship_city, ship_country, total)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, sum(quantity * unit_price)
  FROM cart_lines WHERE owner_kind = 'user' AND owner_id = $2::uuid
  HAVING count(*) > 0
)sql"};

constexpr Statement move_lines{"move_lines", R"sql(
  WITH moved AS (
    DELETE FROM cart_lines WHERE owner_kind = 'user' AND owner_id = $2
    RETURNING product_id, position, name, quantity, unit_price)
  INSERT INTO order_lines (order_id, product_id, position, name, quantity, unit_price)
  SELECT $1, product_id, row_number() OVER (ORDER BY position), name, quantity, unit_price
  FROM moved
)sql"};

constexpr Statement update_lines{"update_order_lines", R"sql(
  UPDATE order_lines SET name = said.name, unit_price = said.unit_price
  FROM jsonb_to_recordset($2::jsonb) AS said (product_id uuid, name text, unit_price bigint)
  WHERE order_id = $1 AND order_lines.product_id = said.product_id
    AND (order_lines.name, order_lines.unit_price) <> (said.name, said.unit_price)
)sql"};

constexpr Statement update_total{"update_order_total", R"sql(
  UPDATE orders
  SET total = (SELECT sum(quantity * unit_price) FROM order_lines WHERE order_id = $1)
  WHERE id = $1
)sql"};

constexpr Statement set_payment{"set_payment", R"sql(
  UPDATE orders SET payment_status = 'captured', brand = $2, last4 = $3, bank_reference = $4
  WHERE id = $1
)sql"};

constexpr Statement void_payment{"void_payment", R"sql(
  UPDATE orders SET payment_status = 'voided' WHERE id = $1 AND payment_status = 'captured'
)sql"};

constexpr Statement confirm_order{"confirm_order", R"sql(
  UPDATE orders SET status = 'confirmed', confirmed_at = now() WHERE id = $1
)sql"};

constexpr Statement refuse_order{"refuse_order", R"sql(
  UPDATE orders SET status = $2, problem_status = $3, problem_type = $4, problem_detail = $5,
    problem_members = $6
  WHERE id = $1
)sql"};

}  // namespace

std::optional<Order> PostgresCheckouts::begun(Transaction& transaction, const std::string& customer,
                                              const std::string& request_key) {
  const auto row = transaction.maybe(select_begun, customer, request_key);
  if (!row) return std::nullopt;
  const std::string id = (*row)["id"].c_str();
  if ((*row)["is_old"].as<bool>()) {
    transaction.run(forget_key, id);
    return std::nullopt;
  }
  return load_order(transaction, id);
}

Order PostgresCheckouts::begin(Transaction& transaction, const Buying& buying) {
  const auto& customer = buying.customer;
  if (is_erased(transaction, customer)) {
    throw Error{ErrorCode::unauthenticated, "this account was deleted"};
  }
  const auto ship = [&](std::string ShipTo::*part) -> std::optional<std::string> {
    if (!buying.ship_to) return std::nullopt;
    return (*buying.ship_to).*part;
  };
  const auto id = chassis::new_id();
  const auto rows = transaction.run(empty_cart, customer).affected_rows();
  if (rows == 0 ||
      transaction
              .run(insert_order, id, customer, buying.request_key, currency_, tax_percent_,
                   ship(&ShipTo::name), ship(&ShipTo::street), ship(&ShipTo::postcode),
                   ship(&ShipTo::city), ship(&ShipTo::country))
              .affected_rows() == 0) {
    throw Error{ErrorCode::conflict, "there is nothing in the cart"}.type("cart-empty");
  }
  transaction.run(move_lines, id, customer);
  return load_order(transaction, id);
}

Order PostgresCheckouts::find(const std::string& id) {
  return database_.read([&](Transaction& transaction) { return load_order(transaction, id); });
}

void PostgresCheckouts::reserved(Transaction& transaction, const std::string& id,
                                 const std::vector<Line>& lines) {
  if (transaction.run(update_lines, id, records_of(lines)).affected_rows() > 0) {
    transaction.run(update_total, id);
  }
}

void PostgresCheckouts::charged(Transaction& transaction, const std::string& id,
                                const Payment& payment) {
  transaction.run(set_payment, id, payment.brand, payment.last4, payment.bank_reference);
}

void PostgresCheckouts::given_back(Transaction& transaction, const std::string& id) {
  transaction.run(void_payment, id);
}

Order PostgresCheckouts::confirm(Transaction& transaction, const std::string& id) {
  transaction.run(confirm_order, id);
  return load_order(transaction, id);
}

Order PostgresCheckouts::refuse(Transaction& transaction, const std::string& id,
                                const Error& problem) {
  const bool declined = problem.code() == ErrorCode::payment_required;
  // The customer before the order, as erase() locks them.
  const auto customer = load_order(transaction, id).customer;
  const bool erased = is_erased(transaction, customer);
  transaction.run(refuse_order, id, name(declined ? Status::declined : Status::failed),
                  chassis::http_status(problem.code()), problem.type(), std::string{problem.what()},
                  problem.members());
  auto order = load_order(transaction, id);
  if (!erased) put_into_cart(transaction, {Owner::Kind::user, customer}, order.lines);
  return order;
}

}  // namespace order
