#pragma once

#include <functional>
#include <string>
#include <vector>

#include "card.h"
#include "charge.h"
#include "chassis/db.h"
#include "chassis/idempotency.h"

namespace bank {

/// Charges in PostgreSQL.
class PostgresCharges final : public Charges {
 public:
  PostgresCharges(chassis::Database& database, std::string currency)
      : database_{database}, currency_{std::move(currency)} {}

  std::vector<Charge> find(const std::string& reference, std::int64_t most) override;

 private:
  chassis::Database& database_;
  std::string currency_;
};

/// Writes down charges and refunds, and books them in the ledger.
class PostgresTeller final : public Teller {
 public:
  PostgresTeller(chassis::Transaction& transaction, std::string currency)
      : transaction_{transaction}, currency_{std::move(currency)} {}

  Charge charge(const ChargeDraft& draft, int times) override;
  Refund refund(const std::string& charge_id, const chassis::Money& amount) override;

 private:
  Charge charge_card(const Card& card, const ChargeDraft& draft);

  chassis::Transaction& transaction_;
  std::string currency_;
};

/// Runs effects in transactions of this database, once for each Idempotency-Key of the merchant,
/// whoever else the request names.
std::function<chassis::Response(const chassis::Request&, std::string_view route,
                                const std::function<chassis::Response(Teller&)>&)>
once_in(chassis::Database& database, const std::string& currency);

}  // namespace bank
