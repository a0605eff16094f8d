#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cart.h"
#include "chassis/money.h"

namespace frontend {

struct OrderLine {
  std::string product_id;
  std::string name;
  std::int64_t quantity = 0;
  chassis::Money unit_price;
  chassis::Money line_total;
};

struct OrderPayment {
  std::string status;
  std::optional<std::string> brand;
  std::optional<std::string> last4;
};

struct Address {
  std::string name;
  std::string street;
  std::string postcode;
  std::string city;
  std::string country;
};

struct OrderProblem {
  std::string type;
  std::string detail;
};

struct Order {
  std::string id;
  std::string status;  // pending, confirmed, declined, failed, cancelling, cancelled
  std::vector<OrderLine> items;
  chassis::Money total;
  std::optional<OrderPayment> payment;
  std::optional<Address> ship_to;
  std::optional<OrderProblem> problem;
  std::string created_at;
  std::optional<std::string> confirmed_at;
  std::optional<std::string> cancelled_at;
  std::optional<chassis::Money> refund;
};

struct OrderList {
  std::vector<Order> items;
  std::optional<std::string> next_cursor;
};

/// What somebody wants to buy: all that is in their cart, for what they were told.
struct Purchase {
  std::string card_token;
  chassis::Money expected_total;
  Address ship_to;
};

/// A product of which there is too little.
struct ShortLine {
  std::string product_id;
  std::int64_t requested = 0;
  std::int64_t available = 0;
};

/// What became of a purchase.
struct Outcome {
  enum class Kind { placed, declined, no_funds, out_of_stock, price_changed, cart_empty };
  Kind kind = Kind::placed;
  std::string order_id = {};                // of what was placed; it may still be under way
  std::vector<ShortLine> short_lines = {};  // when out of stock
};

/// The caller's orders. All throw chassis::Error; unavailable or timeout when orders cannot be
/// reached.
class Orders {
 public:
  virtual ~Orders() = default;

  /// Buys what is in the cart. The same key and purchase again is the same order. Throws
  /// Error{invalid} naming the bad fields, Error{key_reused} when the key came with another
  /// purchase; unavailable, timeout, or conflict of type "in-progress" when nobody knows yet what
  /// becomes of it: then it may be asked again.
  virtual Outcome place(const Purchase& purchase, const std::string& key) = 0;

  /// Newest first, a page at a time. The future throws Error{invalid} for a cursor that is none.
  virtual std::future<OrderList> list(const std::string& cursor) = 0;

  /// The future throws Error{not_found} when the caller has no such order.
  virtual std::future<Order> find(const std::string& id) = 0;

  /// Gives an order back. The same key again changes nothing. Throws Error{not_found}, or
  /// Error{conflict} of type "not-confirmed" or "too-late".
  virtual void cancel(const std::string& id, const std::string& key) = 0;
};

/// Whether something is still being done about the order.
bool is_under_way(const Order& order);

/// A word for where an order stands, "Confirmed", and a sentence.
struct Standing {
  std::string word;
  std::string sentence;
};
Standing standing_of(const Order& order);

/// "Visa ending in 4242"; empty when it is not known.
std::string card_text(const Order& order);

/// "Rize tea, Mosaic lamp and 2 more"
std::string names_text(const Order& order);

/// "21 November 2026, 08:15 UTC" for an RFC 3339 time in UTC; empty for anything else.
std::string moment_text(std::string_view time);

// --- what a page about a cart showed

/// One line of a cart as a page showed it.
struct SeenLine {
  std::string product_id;
  std::int64_t quantity = 0;
  std::int64_t amount = 0;  // of one piece, in minor units
};

/// The lines as text for a hidden field, and back; what is malformed in it is left out.
std::string seen_text(const Cart& cart);
std::vector<SeenLine> read_seen(std::string_view text);

/// What is other about a line than when the page was made: "It was €9.90 before."; empty when
/// nothing is.
std::string change_text(const CartLine& line, const std::vector<SeenLine>& seen);

/// How many lines that were seen are there no more.
std::size_t gone_count(const Cart& cart, const std::vector<SeenLine>& seen);

}  // namespace frontend
