#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chassis/clock.h"

namespace user {

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

  /// Throws Error{not_found}.
  virtual Erasure find(const std::string& id) = 0;
};

}  // namespace user
