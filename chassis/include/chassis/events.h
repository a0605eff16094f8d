#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/clock.h"
#include "chassis/config.h"
#include "chassis/db.h"
#include "chassis/http.h"
#include "chassis/listener.h"

namespace chassis {

/// Something that happened in one service and concerns others. It travels as a CloudEvent
/// (CloudEvents 1.0, JSON, structured) on the NATS subject serai.<type>.v1.
struct Event {
  std::string id;       // a UUIDv7, given by publish()
  std::string type;     // <service>.<what happened>: "order.confirmed"
  std::string subject;  // the id of what it happened to
  std::string person;   // the user it tells something about, a UUID; empty when nobody
  Time time;            // when it was published
  std::string data;     // a JSON object with all its consumers need
};

/// Writes the event to the outbox, in the transaction of what happened: it is told when that
/// commits, and only then, at least once. Returns its id. Throws std::logic_error for a malformed
/// type, person or data, and Error{too_large} for data beyond 256 KiB. The trace of the current
/// Context goes with it. One that others need to forget a person ("user.deleted") names no person,
/// or it would be forgotten with the rest.
std::string publish(Transaction& transaction, std::string_view type, std::string_view subject,
                    std::string_view data, std::string_view person = {});

/// Removes what outbox, dead letters and stored answers (idempotency.h) hold about a person, in the
/// transaction that removes the rest. Events that were sent lose their data and are never sent
/// again; those still to be sent lose it when they have been. May wait a second or two for a relay.
void forget_person(Transaction& transaction, std::string_view user_id);

/// A service's part in the traffic of events, over NATS JetStream, which is not trusted to keep
/// anything: the outbox of each publisher is the truth, for OUTBOX_KEEP_HOURS. When the stream was
/// lost, made anew or may have lost its end, what is kept is sent again; consumers apply each event
/// once, since their inbox is written in the transaction of its effect.
class Events {
 public:
  /// Applies the event's effect in `transaction`, which also records that this event was applied.
  /// It may run again after a failure, never after it was committed, and on any replica. Events may
  /// come in any order. It runs with the event's trace and a deadline of 5 s, and must not call
  /// anyone. Error{unavailable} means that the database is away; anything else counts as a failure.
  using Handler = std::function<void(Transaction& transaction, const Event& event)>;

  /// Reads its settings: NATS_URL, OUTBOX_KEEP_HOURS (168), EVENT_RETRY_MS (1000), EVENT_WORKERS
  /// (2), EVENT_LOOK_MS (5000); README.md says what they are.
  Events(std::string service, Config& config, Database& database, Listener& listener);
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  /// Consumes the events of a type, "order.cancelled", or of any service, "*.user_erased". Before
  /// start(). What fails five times (a database out of reach does not count) becomes a dead letter,
  /// and the others go on. Throws std::logic_error when another handler would get the same events.
  void on(const std::string& type, Handler handler);

  /// GET /internal/outbox, /internal/inbox, /internal/dead-letters, POST
  /// /internal/dead-letters/{id}/replay; README.md describes them.
  Routes routes();

  /// Begins to relay and to consume, in threads of its own, once the migrations are applied.
  /// Without NATS it goes on trying.
  void start();
  /// Ends what is under way and returns, within a second or two. For good.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chassis
