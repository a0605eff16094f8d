#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "order.h"
#include "stock.h"

namespace chassis {
class Transaction;
}

namespace order {

/// The kind of the saga that buys what is in a cart; its id is the order's.
constexpr auto checkout_saga = "checkout";

/// What a customer asks for.
struct OrderDraft {
  std::string card_token;
  chassis::Money expected_total;
  std::optional<ShipTo> ship_to;
};

/// Throws Error{invalid} unless the total is in the shop's currency.
void check(const OrderDraft& draft, const std::string& currency);

/// Who orders, and by which request.
struct Buying {
  std::string customer;
  std::string request_key;
  std::optional<ShipTo> ship_to;
};

/// A charge is given up when it takes longer, within the life of a reservation.
constexpr std::chrono::minutes give_up_after{10};

/// How an order that came to nothing because of `why` tells it: Error{payment_required} and
/// Error{conflict} of type "out-of-stock" or "price-changed" as they are; else Error{conflict} of
/// type "checkout-failed".
chassis::Error final_problem(const chassis::Error& why);

/// Error{conflict} of type "checkout-failed": time is up, nothing was bought.
chassis::Error gave_up();

/// Orders on their way from the cart, each change within the caller's transaction, which is that of
/// the step that is recorded with it.
class Checkouts {
 public:
  virtual ~Checkouts() = default;

  /// The order that this request of the customer began. One that is older than 24 hours gives its
  /// key free.
  virtual std::optional<Order> begun(chassis::Transaction& transaction, const std::string& customer,
                                     const std::string& request_key) = 0;

  /// A pending order of all that is in the customer's cart, which then is empty. Throws
  /// Error{conflict} of type "cart-empty", Error{unauthenticated} once the customer was erased.
  virtual Order begin(chassis::Transaction& transaction, const Buying& buying) = 0;

  /// The order; in a transaction of its own. Throws Error{not_found}.
  virtual Order find(const std::string& id) = 0;

  /// The order's lines have these names and prices.
  virtual void reserved(chassis::Transaction& transaction, const std::string& id,
                        const std::vector<Line>& lines) = 0;
  virtual void charged(chassis::Transaction& transaction, const std::string& id,
                       const Payment& payment) = 0;
  virtual void given_back(chassis::Transaction& transaction, const std::string& id) = 0;
  virtual Order confirm(chassis::Transaction& transaction, const std::string& id) = 0;

  /// The order is declined (Error{payment_required}) or failed, and its lines are in the cart
  /// again, as added() has it; unless the customer was erased.
  virtual Order refuse(chassis::Transaction& transaction, const std::string& id,
                       const chassis::Error& problem) = 0;
};

}  // namespace order
