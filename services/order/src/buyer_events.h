#pragma once

#include <memory>

#include "buyer.h"
#include "chassis/events.h"

namespace order {

/// What the user service tells: user.registered and user.changed are learnt; user.deleted erases
/// the person here, in outbox, dead letters and stored answers too, and order.user_erased says so.
void learn(Buyers& buyers, chassis::Transaction& transaction, const chassis::Event& event);
void erase(Buyers& buyers, chassis::Transaction& transaction, const chassis::Event& event);

/// Consumes all three.
void consume(chassis::Events& events, const std::shared_ptr<Buyers>& buyers);

}  // namespace order
