#pragma once

#include <string>

#include "buyer.h"
#include "chassis/json.h"

namespace order {

/// What user.registered and user.changed tell.
struct PersonKnown {
  std::string user_id;
  std::string name;
  std::string email;
};

/// What user.deleted tells, and order.user_erased answers.
struct PersonGone {
  std::string user_id;
};

}  // namespace order

template <>
struct chassis::Fields<order::PersonKnown> {
  using Person = order::PersonKnown;
  static constexpr auto list = std::make_tuple(field("user_id", &Person::user_id, uuid),
                                               field("name", &Person::name, length(1, 200)),
                                               field("email", &Person::email, length(3, 320)));
};

template <>
struct chassis::Fields<order::PersonGone> {
  static constexpr auto list = std::make_tuple(field("user_id", &order::PersonGone::user_id, uuid));
};
