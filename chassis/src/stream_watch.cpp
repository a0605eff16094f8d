#include "stream_watch.h"

#include <utility>

#include "chassis/log.h"

namespace chassis {
namespace {

// NATS writes to disk within two minutes (its sync_interval); what it took before that is safe from
// a crash of the machine. The intervals below are that and a good margin.

constexpr Statement select_known{"chassis.event_stream.known", R"sql(
  WITH server AS (UPDATE chassis.event_servers SET seen_at = now() WHERE id = $2 RETURNING 1)
  SELECT epoch FROM chassis.event_stream
  WHERE incarnation = $1 AND EXISTS (SELECT FROM server)
)sql"};

constexpr Statement lock_stream{"chassis.event_stream.lock", R"sql(
  SELECT incarnation, epoch FROM chassis.event_stream FOR UPDATE
)sql"};

// The newest event in the stream that is older than what a crash can lose.
constexpr Statement select_safe_event{"chassis.outbox.safe", R"sql(
  SELECT id, sequence FROM chassis.outbox
  WHERE sent_at <= (SELECT max(seen_at) - interval '5 minutes' FROM chassis.event_servers)
    AND sent_at > (SELECT began_at FROM chassis.event_stream)
  ORDER BY sent_at DESC LIMIT 1
)sql"};

constexpr Statement begin_with_all{"chassis.event_stream.renew", R"sql(
  UPDATE chassis.event_stream
  SET incarnation = $1, epoch = epoch + 1, began_at = clock_timestamp(),
      resend_since = '-infinity', resend_until = clock_timestamp()
  RETURNING epoch
)sql"};

constexpr Statement begin_with_last{"chassis.event_stream.resume", R"sql(
  UPDATE chassis.event_stream
  SET epoch = epoch + 1, resend_until = clock_timestamp(),
      resend_since = least(resend_since,
        (SELECT max(seen_at) - interval '5 minutes' FROM chassis.event_servers))
  RETURNING epoch
)sql"};

constexpr Statement insert_server{"chassis.event_servers.insert", R"sql(
  INSERT INTO chassis.event_servers (id) VALUES ($1)
  ON CONFLICT (id) DO UPDATE SET seen_at = now()
)sql"};

constexpr Statement forget_servers{"chassis.event_servers.purge", R"sql(
  DELETE FROM chassis.event_servers WHERE seen_at < now() - interval '1 day'
)sql"};

constexpr Statement forget_consumers{"chassis.event_consumers.forget", R"sql(
  DELETE FROM chassis.event_consumers
)sql"};

constexpr Statement rewind_consumers{"chassis.event_consumers.rewind", R"sql(
  UPDATE chassis.event_consumers SET next_sequence = safe_sequence, next_at = now()
)sql"};

constexpr Statement select_safe_sequence{"chassis.event_consumers.safe", R"sql(
  SELECT safe_sequence FROM chassis.event_consumers WHERE name = $1 AND incarnation = $2
)sql"};

constexpr Statement note_sequence{"chassis.event_consumers.note", R"sql(
  INSERT INTO chassis.event_consumers AS known
    (name, incarnation, safe_sequence, next_sequence)
  VALUES ($1, $2, 0, $3)
  ON CONFLICT (name) DO UPDATE
  SET incarnation = $2, next_sequence = $3, next_at = now(),
      safe_sequence = CASE WHEN known.incarnation = $2 THEN known.next_sequence ELSE 0 END
  WHERE known.incarnation <> $2 OR known.next_at < now() - interval '5 minutes'
)sql"};

constexpr int again_max = 1000;

constexpr Statement update_unsent{"chassis.outbox.unsent", R"sql(
  UPDATE chassis.outbox SET sent_at = NULL WHERE id = ANY (ARRAY(
    SELECT o.id FROM chassis.outbox o, chassis.event_stream s
    WHERE o.sent_at > s.resend_since AND o.sent_at <= s.resend_until AND o.data IS NOT NULL
      AND o.first_sent_at > now() - make_interval(hours => $1)
    ORDER BY o.sent_at LIMIT $2 FOR UPDATE OF o))
)sql"};

// Unless there is more by now.
constexpr Statement end_resending{"chassis.event_stream.resent", R"sql(
  UPDATE chassis.event_stream s SET resend_since = NULL, resend_until = NULL
  WHERE resend_until IS NOT NULL AND NOT EXISTS (
    SELECT FROM chassis.outbox o
    WHERE o.sent_at > s.resend_since AND o.sent_at <= s.resend_until AND o.data IS NOT NULL
      AND o.first_sent_at > now() - make_interval(hours => $1))
)sql"};

}  // namespace

StreamWatch::StreamWatch(Database& database, NatsStream& nats, std::chrono::hours keep,
                         std::vector<DurableConsumer> consumers)
    : database_{database}, nats_{nats}, keep_{keep}, consumers_{std::move(consumers)} {}

std::int64_t StreamWatch::look() {
  auto state = nats_.open(keep_);
  if (state.incarnation == seen_.incarnation && state.last_sequence < seen_.last_sequence) {
    nats_.remove();
    throw NatsError{"the stream went back; it is made anew"};
  }
  const auto known = database_.read([&](Transaction& transaction) {
    return transaction.maybe(select_known, state.incarnation, state.server);
  });
  const auto epoch = known ? (*known)[0].as<std::int64_t>() : begin_epoch(state);
  seen_ = std::move(state);
  return epoch;
}

/// One replica does it; the others wait for the lock and find it done.
std::int64_t StreamWatch::begin_epoch(const StreamState& state) {
  return database_.write([&](Transaction& transaction) {
    const auto incarnation = transaction.run(lock_stream)[0]["incarnation"].as<std::string>();
    if (const auto known = transaction.maybe(select_known, state.incarnation, state.server)) {
      return (*known)[0].as<std::int64_t>();
    }
    std::int64_t epoch = 0;
    if (incarnation != state.incarnation) {
      const log::Fields fields{{"stream", state.incarnation}};
      if (incarnation.empty()) {
        log::info("the stream is found", fields);
      } else {
        log::warning("the stream is new: everything kept is sent again", fields);
      }
      epoch = transaction.run(begin_with_all, state.incarnation)[0][0].as<std::int64_t>();
      transaction.run(forget_consumers);
    } else {
      log::warning("NATS was started again: the last minutes are sent again",
                   {{"server", state.server}});
      look_again(transaction, state);
      epoch = transaction.run(begin_with_last)[0][0].as<std::int64_t>();
    }
    transaction.run(insert_server, state.server);
    transaction.run(forget_servers);
    return epoch;
  });
}

/// A server that crashed may have forgotten messages and kept what its consumers had got of them:
/// a consumer would then leave out whatever comes in their place. So consumers begin anew, from
/// where the stream is certain to be what it was; the inbox knows what was applied already.
void StreamWatch::look_again(Transaction& transaction, const StreamState& state) {
  if (lost_more_than_its_end(transaction, state)) {
    nats_.remove();
    throw NatsError{"the stream lost more than its end; it is made anew"};
  }
  transaction.run(rewind_consumers);
  for (const auto& consumer : consumers_) nats_.remove_consumer(consumer.name);
}

/// As when its files were replaced by older ones.
bool StreamWatch::lost_more_than_its_end(Transaction& transaction, const StreamState& state) {
  const auto safe = transaction.maybe(select_safe_event);
  if (!safe) return false;
  const auto sequence = (*safe)["sequence"].as<std::uint64_t>();
  return sequence >= state.first_sequence &&
         !nats_.holds(sequence, (*safe)["id"].as<std::string>());
}

void StreamWatch::keep_consumers() {
  for (const auto& consumer : consumers_) {
    const auto floor = nats_.floor(consumer.name);
    const auto safe = database_.read([&](Transaction& transaction) -> std::uint64_t {
      if (floor) {
        transaction.run(note_sequence, consumer.name, seen_.incarnation, *floor);
        return 0;
      }
      const auto row = transaction.maybe(select_safe_sequence, consumer.name, seen_.incarnation);
      return row ? (*row)[0].as<std::uint64_t>() : 0;
    });
    if (floor) continue;
    const auto first = safe > seen_.last_sequence ? 1 : safe + 1;
    nats_.add_consumer(consumer.name, consumer.subject, first);
    log::info("consumer made",
              {{"consumer", consumer.name}, {"from", static_cast<std::size_t>(first)}});
  }
}

int mark_unsent(Transaction& transaction, std::chrono::hours keep) {
  const auto hours = static_cast<int>(keep.count());
  const auto marked = transaction.run(update_unsent, hours, again_max).affected_rows();
  if (marked == 0) transaction.run(end_resending, hours);
  return static_cast<int>(marked);
}

}  // namespace chassis
