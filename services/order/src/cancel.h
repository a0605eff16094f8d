#pragma once

#include <string>

#include "order.h"

namespace chassis {
class Transaction;
}

namespace order {

/// The kind of the saga that gives the money for an order back; its id is the order's.
constexpr auto cancel_saga = "cancel";

/// Orders on their way back, each change within the caller's transaction.
class Cancellations {
 public:
  virtual ~Cancellations() = default;

  struct Begun {
    Order order;
    bool is_new = false;  // whether this call made it cancelling
  };

  /// The customer's order is cancelling, or cancelled already. Throws Error{not_found};
  /// Error{conflict} of type "not-confirmed", or "too-late" when it was confirmed more than `days`
  /// days ago.
  virtual Begun begin(chassis::Transaction& transaction, const std::string& customer,
                      const std::string& id, std::int64_t days) = 0;

  /// The order; in a transaction of its own. Throws Error{not_found}.
  virtual Order find(const std::string& id) = 0;

  /// The whole of it was refunded.
  virtual Order finish(chassis::Transaction& transaction, const std::string& id) = 0;
};

}  // namespace order
