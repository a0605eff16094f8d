#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chassis/money.h"

namespace order {

/// So many pieces of a product, with its name and price as they were last known.
struct Line {
  std::string product_id;  // a UUID
  std::string name;
  std::int64_t quantity = 0;
  chassis::Money unit_price;  // tax included

  bool operator==(const Line&) const = default;
};

constexpr std::int64_t quantity_max = 99;
constexpr std::size_t lines_max = 50;                  // of a cart, and so of an order
constexpr std::size_t name_max = 200;                  // characters of a product's name
constexpr std::int64_t money_max = 1'000'000'000'000;  // minor units

chassis::Money total_of(const Line& line);
/// Nothing of `currency` without lines.
chassis::Money total_of(const std::vector<Line>& lines, const std::string& currency);

/// What of `cart` changes when `more` is added to it: quantities of the same product add up, to
/// quantity_max at most; of the products that are new to it as many come in as it has room for, the
/// first ones first. The last name and price win.
std::vector<Line> added(const std::vector<Line>& cart, const std::vector<Line>& more);

}  // namespace order
