#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "line.h"

namespace order {

/// A product that is sold, as it is now.
struct Goods {
  std::string product_id;
  std::string name;
  chassis::Money unit_price;   // tax included
  std::int64_t available = 0;  // pieces that can be bought
};

/// The shop's shelves, kept by the product service. Everything here throws Error{unavailable} or
/// Error{timeout} when nobody knows what became of the question; asking again is always safe.
class Stock {
 public:
  virtual ~Stock() = default;

  /// Those of the products (at most lines_max) that are sold, each once, in any order.
  virtual std::vector<Goods> look(const std::vector<std::string>& product_ids) = 0;
};

}  // namespace order
