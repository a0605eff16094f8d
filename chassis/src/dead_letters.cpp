#include "dead_letters.h"

#include <optional>

#include "chassis/context.h"
#include "chassis/log.h"
#include "inbox.h"

namespace chassis {
namespace {

constexpr Statement lock_dead_letter{"chassis.dead_letters.lock", R"sql(
  SELECT envelope, event_id, replayed_at FROM chassis.dead_letters WHERE id = $1 FOR UPDATE
)sql"};

constexpr Statement take_event{"chassis.inbox.replay", R"sql(
  INSERT INTO chassis.inbox (event_id, type, event_time) VALUES ($1, $2, $3)
  ON CONFLICT (event_id) DO NOTHING RETURNING 1
)sql"};

constexpr Statement mark_replayed{"chassis.dead_letters.replayed", R"sql(
  UPDATE chassis.dead_letters SET replayed_at = clock_timestamp() WHERE id = $1
)sql"};

constexpr Statement mark_failed{"chassis.dead_letters.failed", R"sql(
  UPDATE chassis.dead_letters SET attempts = attempts + 1, error = $2
  WHERE id = $1 AND envelope IS NOT NULL AND event_id IS NOT NULL
)sql"};

/// The event of a dead letter. Throws when there is nothing to replay.
CloudEvent event_of(const pqxx::row& letter) {
  if (letter["envelope"].is_null()) {
    throw Error{ErrorCode::conflict, "the person it tells something about was forgotten"};
  }
  if (letter["event_id"].is_null()) {
    throw Error{ErrorCode::conflict, "it is no event of ours and cannot be applied"};
  }
  return from_message(letter["envelope"].c_str());
}

void replay(Transaction& transaction, const std::vector<Subscription>& subscriptions,
            const std::string& id) {
  const auto letter = transaction.one(lock_dead_letter, "there is no such dead letter", id);
  if (!letter["replayed_at"].is_null()) return;
  const auto told = event_of(letter);
  const auto* const subscription = subscription_of(subscriptions, told.event.type);
  if (subscription == nullptr) {
    throw Error{ErrorCode::conflict, "this service does not consume its type any more"};
  }
  auto context = Context::current();
  context.trace = Trace::from_header(told.traceparent);
  const ContextScope scope{context};
  const auto& event = told.event;
  if (transaction.maybe(take_event, event.id, event.type, to_text(event.time))) {
    subscription->handler(transaction, event);
    subscription->applied.add();
  }
  transaction.run(mark_replayed, id);
}

}  // namespace

void replay(Database& database, const std::vector<Subscription>& subscriptions,
            const std::string& id) {
  std::optional<Error> failure;
  try {
    database.write([&](Transaction& transaction) { replay(transaction, subscriptions, id); });
    log::info("dead letter replayed", {{"dead_letter", id}});
    return;
  } catch (const Error& error) {
    failure = error;
  } catch (const std::exception& problem) {
    failure = Error{ErrorCode::internal, "it failed again: " + reason_of(problem)};
  } catch (...) {
    failure = Error{ErrorCode::internal, "it failed again"};
  }
  if (failure->code() != ErrorCode::not_found && failure->code() != ErrorCode::unavailable) {
    database.write(
        [&](Transaction& transaction) { transaction.run(mark_failed, id, failure->what()); });
  }
  throw *failure;
}

}  // namespace chassis
