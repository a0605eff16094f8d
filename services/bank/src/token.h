#pragma once

#include <cstdint>
#include <string>

#include "card.h"

namespace bank {

/// What a merchant gets instead of a card.
struct Token {
  std::string token;
  std::string brand;
  std::string last4;
};

/// The tokens, wherever they are kept. A new one waits some time for its first charge; once
/// charged, it stays good.
class Tokens {
 public:
  virtual ~Tokens() = default;

  virtual Token issue(const Card& card) = 0;

  /// Removes at most `most` tokens that nobody charged in time; returns how many.
  virtual std::int64_t purge(std::int64_t most) = 0;
};

}  // namespace bank
