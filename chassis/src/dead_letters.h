#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chassis/db.h"
#include "event_consumer.h"

namespace chassis {

/// Applies a dead letter's event now and returns its id; harmless when it was applied already.
/// Throws Error{not_found}, Error{conflict} when it cannot be applied at all, and the handler's own
/// error: then it stays, with that error.
void replay(Database& database, const std::vector<Subscription>& subscriptions,
            const std::string& id);

}  // namespace chassis
