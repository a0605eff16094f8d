#include "erasure_events.h"

#include "user_json.h"

namespace user {

using chassis::Event;
using chassis::Transaction;

void confirm(Erasures& erasures, Transaction& transaction, const Event& event) {
  const auto service = event.type.substr(0, event.type.find('.'));
  erasures.confirm(transaction, erased_user_from(event.data), service, event.time);
}

void consume(chassis::Events& events, const std::shared_ptr<Erasures>& erasures) {
  events.on("*.user_erased", [=](Transaction& transaction, const Event& event) {
    confirm(*erasures, transaction, event);
  });
}

}  // namespace user
