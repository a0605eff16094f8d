#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "line.h"
#include "stock.h"

namespace order {

/// Whose cart it is.
struct Owner {
  enum class Kind { user, guest };
  Kind kind = Kind::guest;
  std::string id;  // a UUID
};

struct Cart {
  std::vector<Line> lines;   // oldest first
  std::int64_t version = 0;  // counts the changes; 0 when there never was one
};

/// A line as a visitor sees it.
struct CartItem {
  std::string product_id;
  std::string name;
  std::int64_t quantity = 0;
  chassis::Money unit_price;
  chassis::Money line_total;
  std::int64_t available = 0;  // pieces that can be bought: 0 too when it is sold no more
};

struct PricedCart {
  std::vector<CartItem> items;
  chassis::Money total;
  std::int64_t version = 0;
};

/// The cart at the prices of `goods`; a product that is not among them keeps the name and price it
/// had, and none is available.
PricedCart priced(const Cart& cart, const std::vector<Goods>& goods, const std::string& currency);

constexpr std::chrono::hours guest_cart_life{30 * 24};

/// Carts, wherever they are kept. Nobody's changes are lost when several tabs make them at once.
class Carts {
 public:
  virtual ~Carts() = default;

  /// An empty one when there is none.
  virtual Cart find(const Owner& owner) = 0;

  /// Sets the quantity (1..quantity_max) of the line's product and returns the cart. Throws
  /// Error{conflict} of type "cart-full" when it would be one of more than lines_max.
  virtual Cart put(const Owner& owner, const Line& line) = 0;

  /// Takes a product, or everything, out of the cart, if it is in there.
  virtual void remove(const Owner& owner, const std::string& product_id) = 0;
  virtual void clear(const Owner& owner) = 0;

  /// Moves what the guest's cart holds into the customer's, as added() has it, and returns that.
  /// Once moved, or without such a guest, nothing changes.
  virtual Cart merge(const std::string& guest_id, const std::string& user_id) = 0;

  /// Removes at most `most` carts of guests that nobody changed for guest_cart_life; returns how
  /// many.
  virtual std::int64_t purge(std::int64_t most) = 0;

  /// How many carts have something in them.
  virtual std::int64_t open() = 0;
};

/// Removes all carts that purge() does, and tells the metrics how many are open.
void tidy_up(Carts& carts);

}  // namespace order
