#pragma once

#include "buyer.h"
#include "chassis/db.h"

namespace order {

/// Customers in PostgreSQL; migrations/ has the schema.
class PostgresBuyers final : public Buyers {
 public:
  Buyer find(chassis::Transaction& transaction, const std::string& user_id) override;
  void learn(chassis::Transaction& transaction, const Buyer& buyer, chassis::Time as_of) override;
  void erase(chassis::Transaction& transaction, const std::string& user_id) override;
};

/// Whether the person was erased; nobody erases them before the transaction has ended.
bool is_erased(chassis::Transaction& transaction, const std::string& user_id);

}  // namespace order
