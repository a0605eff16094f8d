#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "chassis/clock.h"

namespace chassis {
class Transaction;
}

namespace user {

/// The services besides this one that know something about people. Each says so when it has
/// forgotten somebody, by the event <service>.user_erased.
inline constexpr std::array forgetful_services{"order"};

/// One service that knows something about people.
struct Forgetting {
  std::string service;
  std::optional<chassis::Time> forgotten_at;  // empty: not yet
};

/// A person's wish to be forgotten, without the person.
struct Erasure {
  std::string id;  // a random UUID, which only the person was told
  chassis::Time requested_at;
  std::vector<Forgetting> services;  // in the order of their names
};

class Erasures {
 public:
  virtual ~Erasures() = default;

  /// Deletes the account and all that is known about its owner here, and remembers to have the
  /// other services do the same. Asked again, returns the first erasure. Throws
  /// Error{unauthenticated} when there never was such an account.
  virtual Erasure start(const std::string& user_id) = 0;

  /// Notes that a service forgot this person at that time, in the caller's transaction. The first
  /// time counts. Nothing happens when nobody asked to be forgotten under this id.
  virtual void confirm(chassis::Transaction& transaction, const std::string& user_id,
                       const std::string& service, chassis::Time when) = 0;

  /// Throws Error{not_found}.
  virtual Erasure find(const std::string& id) = 0;
};

}  // namespace user
