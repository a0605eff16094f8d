#pragma once

#include <string>
#include <vector>

#include "chassis/db.h"
#include "checkout.h"

namespace order {

/// Checkouts in PostgreSQL; migrations/ has the schema. Lines move from the cart while its row is
/// locked, so of two orders at once one gets them all.
class PostgresCheckouts final : public Checkouts {
 public:
  PostgresCheckouts(chassis::Database& database, std::string currency, std::int64_t tax_percent)
      : database_{database}, currency_{std::move(currency)}, tax_percent_{tax_percent} {}

  std::optional<Order> begun(chassis::Transaction& transaction, const std::string& customer,
                             const std::string& request_key) override;
  Order begin(chassis::Transaction& transaction, const Buying& buying) override;
  Order find(const std::string& id) override;
  void reserved(chassis::Transaction& transaction, const std::string& id,
                const std::vector<Line>& lines) override;
  void charged(chassis::Transaction& transaction, const std::string& id,
               const Payment& payment) override;
  void given_back(chassis::Transaction& transaction, const std::string& id) override;
  Order confirm(chassis::Transaction& transaction, const std::string& id) override;
  Order refuse(chassis::Transaction& transaction, const std::string& id,
               const chassis::Error& problem) override;

 private:
  chassis::Database& database_;
  std::string currency_;
  std::int64_t tax_percent_;
};

}  // namespace order
