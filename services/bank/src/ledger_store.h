#pragma once

#include <string>

#include "chassis/db.h"
#include "ledger.h"

namespace bank {

/// The ledger in PostgreSQL.
class PostgresLedger final : public Ledger {
 public:
  PostgresLedger(chassis::Database& database, std::string currency)
      : database_{database}, currency_{std::move(currency)} {}

  LedgerPage page(std::int64_t after, std::int64_t count) override;

 private:
  chassis::Database& database_;
  std::string currency_;
};

/// Book a movement, as late in the transaction as can be: everyone else who books waits for its
/// end.
void book_capture(chassis::Transaction& transaction, const std::string& charge_id,
                  const std::string& reference, const chassis::Money& amount);
void book_refund(chassis::Transaction& transaction, const std::string& refund_id,
                 const std::string& charge_id, const std::string& reference,
                 const chassis::Money& amount);

}  // namespace bank
