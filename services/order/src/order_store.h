#pragma once

#include <string>
#include <vector>

#include "chassis/db.h"
#include "order.h"

namespace order {

/// Orders in PostgreSQL; migrations/ has the schema.
class PostgresOrders final : public Orders {
 public:
  explicit PostgresOrders(chassis::Database& database) : database_{database} {}

  Order find(const std::string& customer, const std::string& id) override;
  std::vector<Order> list(const std::string& customer, const std::string& after,
                          std::int64_t count) override;
  std::vector<Order> all(const std::string& after, std::int64_t count) override;

 private:
  chassis::Database& database_;
};

/// The order with its lines. Throws Error{not_found}.
Order load_order(chassis::Transaction& transaction, const std::string& id);

}  // namespace order
