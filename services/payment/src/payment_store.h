#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chassis/db.h"
#include "payment.h"

namespace payment {

/// Payments in PostgreSQL; migrations/ has the schema. Each change is one transaction.
class PostgresPayments final : public Payments {
 public:
  PostgresPayments(chassis::Database& database, std::string currency, const Timing& timing)
      : database_{database}, currency_{std::move(currency)}, timing_{timing} {}

  Opened open(const std::string& owner_id, const Draft& draft, const Turn& turn) override;
  Payment ask_void(const std::string& owner_id, const Turn& turn) override;

  std::optional<Payment> take_turn(const std::string& owner_id, const Turn& turn) override;
  std::optional<Payment> take_due(const Turn& turn) override;
  Payment give_back(const std::string& id, const Turn& turn) override;

  bool begin_attempt(const std::string& id, const Turn& turn) override;
  std::optional<Payment> end_captured(const std::string& id, const Charge& charge,
                                      const Turn& turn) override;
  std::optional<Payment> end_declined(const std::string& id, const Charge& charge,
                                      const Turn& turn) override;
  std::optional<Payment> end_voided(const std::string& id, const Turn& turn) override;

  Payment find(const std::string& id) override;
  Payment find_of_owner(const std::string& owner_id) override;
  std::vector<Payment> list(const std::string& user_id, const std::string& before,
                            std::int64_t count) override;
  std::int64_t count_pending() override;

 private:
  chassis::Database& database_;
  std::string currency_;
  Timing timing_;
};

}  // namespace payment
