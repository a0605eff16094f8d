#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sight.h"

namespace audit {

/// A row of product's book `stock`: what came and went of one product, and what is there.
struct Stock {
  std::string id;  // of the product
  std::int64_t initial = 0;
  std::int64_t received = 0;
  std::int64_t sold = 0;  // not below zero
  std::int64_t returned = 0;
  std::int64_t adjusted = 0;  // either way
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
  std::int64_t held = 0;  // by the reservations that wait for their orders
};

/// The rule stock-ledger.
std::vector<Violation> broken_rules(const Stock& stock);

/// The row at one look. It is one reading of one database, so it is right or wrong by itself,
/// however often it changes: its mark is always the same.
Sight sight_of(const Stock& stock);

}  // namespace audit
