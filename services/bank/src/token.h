#pragma once

#include <string>

namespace bank {

/// What a merchant gets instead of a card.
struct Token {
  std::string token;
  std::string brand;
  std::string last4;
};

}  // namespace bank
