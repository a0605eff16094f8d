#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "chassis/db.h"
#include "token.h"

namespace bank {

/// Tokens in PostgreSQL.
class PostgresTokens final : public Tokens {
 public:
  /// `lifetime` is how long a token waits for its first charge.
  PostgresTokens(chassis::Database& database, std::chrono::milliseconds lifetime)
      : database_{database}, lifetime_{lifetime} {}

  Token issue(const Card& card) override;
  std::int64_t purge(std::int64_t most) override;

 private:
  chassis::Database& database_;
  std::chrono::milliseconds lifetime_;
};

/// The card of a token, which counts as charged from now on. Nothing when there is no such token or
/// its time was over. A card that is past its month declines.
std::optional<Card> card_to_charge(chassis::Transaction& transaction, const std::string& token);

}  // namespace bank
