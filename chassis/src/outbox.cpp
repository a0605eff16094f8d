#include "outbox.h"

#include <optional>
#include <stdexcept>

#include "chassis/events.h"
#include "chassis/id.h"

namespace chassis {
namespace {

constexpr std::size_t data_bytes_max = 256 * 1024;
constexpr int purge_max = 1000;

constexpr Statement insert_event{"chassis.outbox.insert", R"sql(
  INSERT INTO chassis.outbox (id, type, subject, person, data, traceparent)
  VALUES ($1, $2, $3, $4, $5, $6)
)sql"};

constexpr Statement select_unsent{"chassis.outbox.take", R"sql(
  SELECT id, type, subject, person, data, traceparent, created_at
  FROM chassis.outbox WHERE sent_at IS NULL
  ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
)sql"};

// The lock makes whoever begins a new epoch wait, or this wait for the new epoch. The commit need
// not wait for the disk: a mark that a crash forgets is made again.
constexpr Statement update_sent{"chassis.outbox.sent", R"sql(
  WITH current AS MATERIALIZED (
    SELECT set_config('synchronous_commit', 'off', true)
    FROM chassis.event_stream WHERE epoch = $3 FOR SHARE)
  UPDATE chassis.outbox o
  SET sent_at = clock_timestamp(), sequence = s.sequence,
      first_sent_at = coalesce(first_sent_at, clock_timestamp()),
      data = CASE WHEN forget THEN NULL ELSE data END
  FROM current, unnest($1::uuid[], $2::bigint[]) AS s (id, sequence)
  WHERE o.id = s.id
)sql"};

constexpr Statement select_size{"chassis.outbox.size", R"sql(
  SELECT
    (SELECT count(*) FROM chassis.outbox WHERE sent_at IS NULL) AS pending,
    (SELECT extract(epoch FROM clock_timestamp() - created_at)::float8
     FROM chassis.outbox WHERE sent_at IS NULL ORDER BY id LIMIT 1) AS oldest_seconds,
    (SELECT count(*) FROM chassis.dead_letters
     WHERE replayed_at IS NULL AND envelope IS NOT NULL) AS dead_letters
)sql"};

constexpr Statement forget_told{"chassis.outbox.forget", R"sql(
  UPDATE chassis.outbox SET forget = true, data = CASE WHEN sent_at IS NULL THEN data END
  WHERE person = $1 AND data IS NOT NULL
)sql"};

constexpr Statement forget_dead_letters{"chassis.dead_letters.forget", R"sql(
  UPDATE chassis.dead_letters SET envelope = NULL, error = 'forgotten' WHERE person = $1
)sql"};

constexpr Statement forget_failures{"chassis.event_failures.forget", R"sql(
  UPDATE chassis.event_failures SET error = 'forgotten' WHERE person = $1
)sql"};

constexpr Statement forget_answers{"chassis.idempotency.forget", R"sql(
  DELETE FROM chassis.idempotency_keys WHERE caller = 'user:' || $1
)sql"};

constexpr Statement purge_outbox{"chassis.outbox.purge", R"sql(
  DELETE FROM chassis.outbox WHERE id = ANY (ARRAY(
    SELECT id FROM chassis.outbox WHERE sent_at < now() - make_interval(hours => $1)
    ORDER BY sent_at LIMIT $2 FOR UPDATE SKIP LOCKED))
)sql"};

constexpr Statement purge_inbox{"chassis.inbox.purge", R"sql(
  DELETE FROM chassis.inbox WHERE event_id = ANY (ARRAY(
    SELECT event_id FROM chassis.inbox WHERE applied_at < now() - make_interval(hours => 2 * $1)
    ORDER BY applied_at LIMIT $2 FOR UPDATE SKIP LOCKED))
)sql"};

constexpr Statement purge_failures{"chassis.event_failures.purge", R"sql(
  DELETE FROM chassis.event_failures WHERE failed_at < now() - make_interval(hours => 2 * $1)
)sql"};

std::string array_of(const std::vector<Sent>& sent, std::string (*text)(const Sent&)) {
  std::string array{"{"};
  for (const auto& one : sent) array += (array.size() == 1 ? "" : ",") + text(one);
  return array + "}";
}

}  // namespace

std::string publish(Transaction& transaction, std::string_view type, std::string_view subject,
                    std::string_view data, std::string_view person) {
  if (!is_event_type(type)) throw std::logic_error{"an event's type is <service>.<what happened>"};
  if (subject.empty()) throw std::logic_error{"an event needs a subject"};
  if (!data.starts_with('{')) throw std::logic_error{"an event's data is a JSON object"};
  if (!person.empty() && !is_uuid(person)) throw std::logic_error{"a person is named by a UUID"};
  if (data.size() > data_bytes_max) throw Error{ErrorCode::too_large, "the event is too large"};
  const auto optional_person = person.empty() ? std::nullopt : std::optional{std::string{person}};
  auto trace = Context::current().trace;
  if (trace.trace_id.empty()) trace = Trace::from_header("");
  auto id = new_id();
  transaction.run(insert_event, id, type, subject, optional_person, data, trace.header());
  return id;
}

void forget_person(Transaction& transaction, std::string_view user_id) {
  transaction.run(forget_told, user_id);
  transaction.run(forget_dead_letters, user_id);
  transaction.run(forget_failures, user_id);
  transaction.run(forget_answers, user_id);
}

std::vector<CloudEvent> take_unsent(Transaction& transaction, int most) {
  std::vector<CloudEvent> events;
  for (const auto& row : transaction.run(select_unsent, most)) {
    events.push_back({.event = {.id = row["id"].as<std::string>(),
                                .type = row["type"].as<std::string>(),
                                .subject = row["subject"].as<std::string>(),
                                .person = row["person"].as<std::string>(""),
                                .time = to_time(row["created_at"].c_str()),
                                .data = row["data"].as<std::string>()},
                      .traceparent = row["traceparent"].as<std::string>()});
  }
  return events;
}

bool mark_sent(Transaction& transaction, const std::vector<Sent>& sent, std::int64_t epoch) {
  const auto ids = array_of(sent, [](const Sent& one) { return one.id; });
  const auto sequences =
      array_of(sent, [](const Sent& one) { return std::to_string(one.sequence); });
  return transaction.run(update_sent, ids, sequences, epoch).affected_rows() == sent.size();
}

OutboxSize outbox_size(Transaction& transaction) {
  const auto row = transaction.run(select_size)[0];
  return {.pending = row["pending"].as<std::int64_t>(),
          .oldest_seconds = row["oldest_seconds"].as<double>(0.0),
          .dead_letters = row["dead_letters"].as<std::int64_t>()};
}

bool purge_events(Transaction& transaction, std::chrono::hours keep) {
  const auto hours = static_cast<int>(keep.count());
  const auto told = transaction.run(purge_outbox, hours, purge_max).affected_rows();
  const auto heard = transaction.run(purge_inbox, hours, purge_max).affected_rows();
  transaction.run(purge_failures, hours);
  return told == purge_max || heard == purge_max;
}

}  // namespace chassis
