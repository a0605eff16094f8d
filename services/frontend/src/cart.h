#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/money.h"

namespace frontend {

constexpr std::int64_t quantity_max = 99;  // of one product in a cart

struct CartLine {
  std::string product_id;
  std::string name;
  std::int64_t quantity = 0;
  chassis::Money unit_price;  // the catalogue's, now
  chassis::Money line_total;
  std::int64_t available = 0;  // pieces that can be bought now
};

struct Cart {
  std::vector<CartLine> items;
  chassis::Money total;
};

/// The cart of whoever a call is for: the caller's, else the guest's. All throw chassis::Error;
/// unavailable or timeout when carts cannot be reached.
class Carts {
 public:
  virtual ~Carts() = default;

  virtual std::future<Cart> mine() = 0;

  /// Sets how many pieces of a product are in the cart, from 1 to quantity_max. Throws
  /// Error{not_found} when the product is not sold.
  virtual void put(const std::string& product_id, std::int64_t quantity) = 0;

  /// Takes a product out; one that is not in the cart is no error.
  virtual void remove(const std::string& product_id) = 0;

  virtual void empty() = 0;

  /// Moves what is in a guest's cart into the caller's. Asked again, changes nothing.
  virtual void merge(const std::string& guest_id) = 0;
};

/// Whether less can be bought than lies in the cart.
bool is_short(const CartLine& line);

/// "Only 2 left", "Sold out just now"; empty when there is enough.
std::string short_text(std::int64_t available, std::int64_t wanted);

/// Reads how many pieces somebody wants. Returns nothing unless it is a number from `least` to
/// quantity_max.
std::optional<std::int64_t> read_quantity(std::string_view text, std::int64_t least);

/// A new name for a visitor who is nobody yet: a random UUID (version 4), which is also all it
/// takes to see that visitor's cart.
std::string new_guest_id();

}  // namespace frontend
