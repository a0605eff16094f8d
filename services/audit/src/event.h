#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/clock.h"
#include "sight.h"

namespace audit {

/// A row of a publisher's outbox.
struct OutboxEvent {
  std::string id;
  std::string type;  // "order.confirmed"
  chassis::Time time;
  bool sent = false;
};

/// A row of a consumer's inbox: an event it has applied.
struct InboxEvent {
  std::string id;
};

/// What a consumer could not apply.
struct DeadLetter {
  std::string id;
  std::optional<std::string> event_id;  // nothing for what is no event at all
  std::string type;
  std::int64_t attempts = 0;
  std::string error;
  chassis::Time died_at;
  std::optional<chassis::Time> replayed_at;
};

/// Whether a consumer of these types ("order.cancelled", "*.user_erased") consumes this one.
bool consumes(const std::vector<std::string>& types, std::string_view type);

/// How far one event has come.
struct Delivery {
  std::string publisher;
  OutboxEvent event;
  std::vector<std::string> missing;  // consumers of its type that have neither applied it nor
                                     // put it among their dead letters
};

/// The rule events-delivered.
std::vector<Violation> broken_rules(const Delivery& delivery);
/// The rule events-dead, for a dead letter of this consumer.
std::vector<Violation> broken_rules(const DeadLetter& letter, const std::string& consumer);

/// At one look. Its id is "<publisher>/<event id>".
Sight sight_of(const Delivery& delivery);
/// At one look. Its id is "<consumer>/<dead letter id>".
Sight sight_of(const DeadLetter& letter, const std::string& consumer);

}  // namespace audit
