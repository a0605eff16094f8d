#include "buyer_events.h"

#include "buyer_json.h"
#include "chassis/log.h"

namespace order {

using chassis::Event;
using chassis::Transaction;
using chassis::Unknown;

void learn(Buyers& buyers, Transaction& transaction, const Event& event) {
  const auto person = chassis::from_json<PersonKnown>(event.data, Unknown::ignore);
  buyers.learn(transaction, {person.user_id, person.name, person.email}, event.time);
}

void erase(Buyers& buyers, Transaction& transaction, const Event& event) {
  const auto person = chassis::from_json<PersonGone>(event.data, Unknown::ignore);
  buyers.erase(transaction, person.user_id);
  chassis::forget_person(transaction, person.user_id);
  // It tells nothing about the person but that nothing is left to tell, so it is never forgotten.
  chassis::publish(transaction, "order.user_erased", person.user_id, chassis::to_json(person));
  chassis::log::info("person erased", {{"user_id", person.user_id}});
}

void consume(chassis::Events& events, const std::shared_ptr<Buyers>& buyers) {
  const auto learnt = [=](Transaction& transaction, const Event& event) {
    learn(*buyers, transaction, event);
  };
  events.on("user.registered", learnt);
  events.on("user.changed", learnt);
  events.on("user.deleted", [=](Transaction& transaction, const Event& event) {
    erase(*buyers, transaction, event);
  });
}

}  // namespace order
