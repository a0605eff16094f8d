#include "user_events.h"

#include "user_json.h"

namespace user {

void tell_registered(chassis::Transaction& transaction, const User& user, bool seed) {
  chassis::publish(transaction, "user.registered", user.id, registered_json(user, seed), user.id);
}

void tell_changed(chassis::Transaction& transaction, const User& user) {
  chassis::publish(transaction, "user.changed", user.id, changed_json(user), user.id);
}

void tell_deleted(chassis::Transaction& transaction, const std::string& user_id) {
  // It names no person, or it would be forgotten before all have heard of it.
  chassis::publish(transaction, "user.deleted", user_id, deleted_json(user_id));
}

}  // namespace user
