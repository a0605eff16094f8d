#pragma once

#include <string>
#include <vector>

#include "charge.h"
#include "chassis/db.h"

namespace bank {

/// Charges and refunds in PostgreSQL, each booked in the ledger in its own transaction.
class Charges {
 public:
  Charges(chassis::Database& database, std::string currency)
      : database_{database}, currency_{std::move(currency)} {}

  /// Charges the token's card, `times` times over (a bank's defect, for tests); returns the first.
  /// Throws Error{invalid} for an amount that check() refuses, or pointing at /token when there is
  /// none or its time is over.
  Charge charge(chassis::Transaction& transaction, const ChargeDraft& draft, int times = 1) const;

  /// Gives money back. Throws Error{not_found} when there is no such charge, Error{invalid} when
  /// check() does, Error{conflict} of type "refund-exceeds" when less is left of the capture.
  Refund refund(chassis::Transaction& transaction, const std::string& charge_id,
                const chassis::Money& amount) const;

  /// The charges of a reference: captured ones first, each kind oldest first, at most `most`.
  std::vector<Charge> find(const std::string& reference, std::int64_t most) const;

 private:
  chassis::Database& database_;
  std::string currency_;
};

}  // namespace bank
