#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "card.h"
#include "chassis/db.h"
#include "token.h"

namespace bank {

/// Tokens in PostgreSQL.
class Tokens {
 public:
  /// A new token waits `lifetime` for its first charge; once charged, it stays good.
  Tokens(chassis::Database& database, std::chrono::milliseconds lifetime)
      : database_{database}, lifetime_{lifetime} {}

  Token issue(const Card& card);

  /// Removes at most `most` tokens that nobody charged in time; returns how many.
  std::int64_t purge(std::int64_t most);

 private:
  chassis::Database& database_;
  std::chrono::milliseconds lifetime_;
};

/// The card of a token, which counts as charged from now on. Nothing when there is no such token or
/// its time was over. A card that is past its month declines.
std::optional<Card> card_to_charge(chassis::Transaction& transaction, const std::string& token);

}  // namespace bank
