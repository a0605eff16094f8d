#pragma once

#include <memory>

#include "chassis/events.h"
#include "erasure.h"

namespace user {

/// <service>.user_erased: this service has forgotten the person.
void confirm(Erasures& erasures, chassis::Transaction& transaction, const chassis::Event& event);

/// Consumes it, whichever service it comes from.
void consume(chassis::Events& events, const std::shared_ptr<Erasures>& erasures);

}  // namespace user
