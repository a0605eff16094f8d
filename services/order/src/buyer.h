#pragma once

#include <optional>
#include <string>

#include "chassis/clock.h"

namespace chassis {
class Transaction;
}

namespace order {

/// Who buys, as far as it is known here.
struct Buyer {
  std::string user_id;
  std::optional<std::string> name;
  std::optional<std::string> email;
};

/// What the user service told about customers. Everything happens within the caller's transaction.
class Buyers {
 public:
  virtual ~Buyers() = default;

  /// With nothing but the id when nothing is known, or not any more.
  virtual Buyer find(chassis::Transaction& transaction, const std::string& user_id) = 0;

  /// Keeps what an event of that time told, unless a later one told more, or the person was erased.
  virtual void learn(chassis::Transaction& transaction, const Buyer& buyer,
                     chassis::Time as_of) = 0;

  /// Forgets the person for good: name and e-mail, what orders tell of them, their cart, and the
  /// keys of their requests. Their orders stay, for the books.
  virtual void erase(chassis::Transaction& transaction, const std::string& user_id) = 0;
};

}  // namespace order
