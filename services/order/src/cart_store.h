#pragma once

#include <string>
#include <vector>

#include "cart.h"
#include "chassis/db.h"

namespace order {

/// Carts in PostgreSQL; migrations/ has the schema. Whoever changes a cart locks its row first, a
/// guest's before the customer's.
class PostgresCarts final : public Carts {
 public:
  PostgresCarts(chassis::Database& database, std::string currency)
      : database_{database}, currency_{std::move(currency)} {}

  Cart find(const Owner& owner) override;
  Cart put(const Owner& owner, const Line& line) override;
  void remove(const Owner& owner, const std::string& product_id) override;
  void clear(const Owner& owner) override;
  Cart merge(const std::string& guest_id, const std::string& user_id) override;
  std::int64_t purge(std::int64_t most) override;
  std::int64_t open() override;

 private:
  chassis::Database& database_;
  std::string currency_;
};

/// Adds the lines to the owner's cart, as added() has it.
void put_into_cart(chassis::Transaction& transaction, const Owner& owner,
                   const std::vector<Line>& lines);

/// A row with product_id, name, quantity and unit_price.
Line line_from(const pqxx::row& row, const std::string& currency);

/// The lines as JSON that PostgreSQL reads with jsonb_to_recordset.
std::string records_of(const std::vector<Line>& lines);

}  // namespace order
