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

/// Pieces set aside for an order. What it says is what is charged.
struct Reservation {
  std::vector<Line> lines;
  chassis::Money total;
};

/// The shop's shelves, kept by the product service. Everything here throws Error{unavailable} or
/// Error{timeout} when nobody knows what became of the request; asking again is always safe.
class Stock {
 public:
  virtual ~Stock() = default;

  /// Those of the products (at most lines_max) that are sold, each once, in any order.
  virtual std::vector<Goods> look(const std::vector<std::string>& product_ids) = 0;

  /// Sets the pieces of all lines aside, or none. Again: the same answer. Throws Error{conflict} of
  /// type "out-of-stock", whose member `lines` says of each short one {product_id, requested,
  /// available}; Error{conflict} or Error{invalid} when it cannot be for another reason.
  virtual Reservation reserve(const std::string& order_id, const std::vector<Line>& lines) = 0;

  /// The pieces that were set aside are sold, even when they had to be taken again. Throws
  /// Error{conflict} of type "out-of-stock" when they are gone, Error{conflict} or Error{not_found}
  /// when there is nothing to sell.
  virtual void commit(const std::string& order_id) = 0;

  /// The pieces go back, and none will be set aside for this order any more. Harmless before there
  /// are any. Throws Error{conflict} once they are sold.
  virtual void release(const std::string& order_id) = 0;
};

}  // namespace order
