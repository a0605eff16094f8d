#pragma once

#include <string>

#include "chassis/events.h"
#include "user.h"

namespace user {

/// Tell the other services, when the transaction commits, what became of an account. README.md has
/// the events.
void tell_registered(chassis::Transaction& transaction, const User& user, bool seed);
void tell_changed(chassis::Transaction& transaction, const User& user);
void tell_deleted(chassis::Transaction& transaction, const std::string& user_id);

}  // namespace user
