#include "event.h"

#include <algorithm>

namespace audit {

bool consumes(const std::vector<std::string>& types, std::string_view type) {
  const auto dot = type.find('.');
  const auto any =
      dot == std::string_view::npos ? std::string{} : "*" + std::string{type.substr(dot)};
  return std::any_of(types.begin(), types.end(), [&](const std::string& wanted) {
    return wanted == type || (!any.empty() && wanted == any);
  });
}

std::vector<Violation> broken_rules(const Delivery& delivery) {
  if (delivery.event.sent && delivery.missing.empty()) return {};
  std::string text = "event " + delivery.event.id + " (" + delivery.event.type + ") of " +
                     delivery.publisher + ", published " + chassis::to_text(delivery.event.time) +
                     ", ";
  if (!delivery.event.sent) text += "was not sent";
  if (!delivery.event.sent && !delivery.missing.empty()) text += " and ";
  if (!delivery.missing.empty()) text += "was not applied by ";
  for (const auto& consumer : delivery.missing) {
    text += (consumer == delivery.missing.front() ? "" : ", ") + consumer;
  }
  return {{Rule::events_delivered, delivery.event.id, std::move(text)}};
}

std::vector<Violation> broken_rules(const DeadLetter& letter, const std::string& consumer) {
  if (letter.replayed_at) return {};
  return {{Rule::events_dead, letter.id,
           "dead letter " + letter.id + " of " + consumer + ": " +
               (letter.event_id ? "event " + *letter.event_id : "what is no event") + " (" +
               letter.type + ") failed " + std::to_string(letter.attempts) + " times, at last " +
               chassis::to_text(letter.died_at) + ": " + letter.error.substr(0, 200)}};
}

Sight sight_of(const Delivery& delivery) {
  Mark mark;
  mark.add(delivery.event.sent);
  for (const auto& consumer : delivery.missing) mark.add(consumer);
  return {delivery.publisher + "/" + delivery.event.id, broken_rules(delivery), false,
          delivery.event.time, mark.value()};
}

Sight sight_of(const DeadLetter& letter, const std::string& consumer) {
  return {consumer + "/" + letter.id, broken_rules(letter, consumer), false, letter.died_at, 0};
}

}  // namespace audit
