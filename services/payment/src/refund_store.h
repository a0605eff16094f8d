#pragma once

#include <string>
#include <vector>

#include "chassis/db.h"
#include "refund.h"

namespace payment {

/// Refunds in PostgreSQL. A constraint on their payment, kept by a trigger, bounds their sum.
class PostgresRefunds final : public Refunds {
 public:
  explicit PostgresRefunds(chassis::Database& database) : database_{database} {}

  Refund ask(const std::string& owner_id, const std::string& refund_id,
             const chassis::Money& amount, const Turn& turn) override;
  void plan_void(const Payment& payment, const Turn& turn) override;
  void plan_surplus(const Payment& payment, const std::vector<Charge>& surplus) override;
  std::vector<Refund> pending(const std::string& payment_id) override;
  bool end(const Payment& payment, const Refund& refund, const char* status,
           const Turn& turn) override;
  Refund find(const std::string& refund_id) override;

 private:
  chassis::Database& database_;
};

}  // namespace payment
