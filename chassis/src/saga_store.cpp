#include "saga_store.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "chassis/id.h"
#include "saga_problem.h"

namespace chassis {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::pair<SagaState, const char*>, 4> states{{{SagaState::running, "running"},
                                                                   {SagaState::undoing, "undoing"},
                                                                   {SagaState::done, "done"},
                                                                   {SagaState::undone, "undone"}}};

constexpr Statement insert_saga{"chassis.saga.insert", R"sql(
  INSERT INTO chassis.sagas (kind, id, step, data, traceparent, next_try_at)
  VALUES ($1, $2, $3, $4, $5, clock_timestamp() + interval '1 second')
  ON CONFLICT (kind, id) DO NOTHING
  RETURNING 1
)sql"};

// A saga that has just begun waits only for the background: attempts = 0. The lease may be ours
// already: when the connection is lost, Database asks again.
constexpr Statement take_one{"chassis.saga.take", R"sql(
  UPDATE chassis.sagas
  SET lease = $3, next_try_at = clock_timestamp() + $4 * interval '1 millisecond'
  WHERE kind = $1 AND id = $2 AND ended_at IS NULL
    AND kind || '/' || step = ANY (string_to_array($5, ','))
    AND (next_try_at <= now() OR (lease IS NULL AND attempts = 0) OR lease = $3)
  RETURNING kind, id, state, step, data, problem, attempts, lease, traceparent, started_at,
    (extract(epoch FROM clock_timestamp() - started_at) * 1000)::bigint AS age
)sql"};

constexpr Statement take_next{"chassis.saga.take_due", R"sql(
  UPDATE chassis.sagas
  SET lease = $1, next_try_at = clock_timestamp() + $2 * interval '1 millisecond'
  WHERE (kind, id) = (
    SELECT kind, id FROM chassis.sagas
    WHERE ended_at IS NULL AND next_try_at <= now()
      AND kind || '/' || step = ANY (string_to_array($3, ','))
    ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING kind, id, state, step, data, problem, attempts, lease, traceparent, started_at,
    (extract(epoch FROM clock_timestamp() - started_at) * 1000)::bigint AS age
)sql"};

constexpr Statement select_next{"chassis.saga.until_due", R"sql(
  SELECT (extract(epoch FROM next_try_at - clock_timestamp()) * 1000)::bigint
  FROM chassis.sagas
  WHERE ended_at IS NULL AND kind || '/' || step = ANY (string_to_array($1, ','))
  ORDER BY next_try_at LIMIT 1
)sql"};

constexpr Statement select_place{"chassis.saga.place", R"sql(
  SELECT state, (extract(epoch FROM next_try_at - clock_timestamp()) * 1000)::bigint AS wait
  FROM chassis.sagas WHERE kind = $1 AND id = $2
)sql"};

constexpr Statement update_step{"chassis.saga.move", R"sql(
  UPDATE chassis.sagas
  SET step = $4, attempts = 0, updated_at = clock_timestamp(),
    next_try_at = clock_timestamp() + $5 * interval '1 millisecond'
  WHERE kind = $1 AND id = $2 AND lease = $3
  RETURNING (extract(epoch FROM clock_timestamp() - started_at) * 1000)::bigint
)sql"};

constexpr Statement update_turned{"chassis.saga.turn_around", R"sql(
  UPDATE chassis.sagas
  SET state = 'undoing', problem = $4, attempts = 0, updated_at = clock_timestamp(),
    next_try_at = clock_timestamp() + $5 * interval '1 millisecond'
  WHERE kind = $1 AND id = $2 AND lease = $3
  RETURNING (extract(epoch FROM clock_timestamp() - started_at) * 1000)::bigint
)sql"};

constexpr Statement update_ended{"chassis.saga.end", R"sql(
  WITH ended AS (
    UPDATE chassis.sagas
    SET state = $4, data = '{}', lease = NULL, attempts = 0, next_try_at = clock_timestamp(),
      updated_at = clock_timestamp(), ended_at = clock_timestamp()
    WHERE kind = $1 AND id = $2 AND lease = $3
    RETURNING started_at)
  SELECT (extract(epoch FROM clock_timestamp() - started_at) * 1000)::bigint, pg_notify($5, $6)
  FROM ended
)sql"};

constexpr Statement update_released{"chassis.saga.release", R"sql(
  UPDATE chassis.sagas
  SET lease = NULL, attempts = attempts + $4, updated_at = clock_timestamp(),
    next_try_at = clock_timestamp() + $5 * interval '1 millisecond'
  WHERE kind = $1 AND id = $2 AND lease = $3
)sql"};

constexpr Statement select_page{"chassis.saga.list", R"sql(
  SELECT kind, id, state, step, attempts, problem, started_at, next_try_at
  FROM chassis.sagas
  WHERE ended_at IS NULL AND ($1::text IS NULL OR state = $1)
    AND ($3::timestamptz IS NULL OR (started_at, kind, id) > ($3, $4::text, $5::uuid))
  ORDER BY started_at, kind, id LIMIT $2
)sql"};

constexpr Statement select_counts{"chassis.saga.counts", R"sql(
  SELECT kind, step, state, count(*) AS count,
    extract(epoch FROM now() - min(started_at)) AS oldest_seconds
  FROM chassis.sagas WHERE ended_at IS NULL GROUP BY kind, step, state
)sql"};

constexpr Statement delete_old{"chassis.saga.purge", R"sql(
  DELETE FROM chassis.sagas WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.sagas WHERE ended_at < now() - interval '30 days'
    ORDER BY ended_at LIMIT $1 FOR UPDATE SKIP LOCKED))
)sql"};

SagaState state_of(const pqxx::field& field) {
  const std::string_view text{field.c_str()};
  for (const auto& [state, word] : states) {
    if (text == word) return state;
  }
  throw std::logic_error{"a saga has an unknown state"};
}

std::optional<Error> problem_of(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return error_from_json(field.c_str());
}

milliseconds milliseconds_of(const pqxx::field& field) {
  return milliseconds{field.as<std::int64_t>()};
}

std::optional<HeldSaga> held_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return HeldSaga{.saga = {row["kind"].c_str(), row["id"].c_str(), row["data"].c_str(),
                           to_time(row["started_at"].c_str())},
                  .state = state_of(row["state"]),
                  .step = row["step"].c_str(),
                  .attempts = row["attempts"].as<int>(),
                  .traceparent = row["traceparent"].c_str(),
                  .why = problem_of(row["problem"]),
                  .lease = row["lease"].c_str(),
                  .age = milliseconds_of(row["age"])};
}

/// The age that a recording returns, and nothing when the lease was not the saga's any more.
milliseconds age_of(const pqxx::result& rows) {
  if (rows.empty()) throw LeaseLost{};
  return milliseconds_of(rows[0][0]);
}

}  // namespace

bool has_ended(SagaState state) { return state == SagaState::done || state == SagaState::undone; }

const char* name(SagaState state) { return states.at(static_cast<std::size_t>(state)).second; }

SagaStore::SagaStore(Database& database, milliseconds lease) : database_{database}, lease_{lease} {}

void SagaStore::know(const std::string& kind, const std::string& step) {
  known_ += (known_.empty() ? "" : ",") + kind + "/" + step;
}

void SagaStore::insert(Transaction& transaction, const std::string& kind, const std::string& id,
                       const std::string& step, const std::string& data,
                       const std::string& traceparent) {
  if (transaction.run(insert_saga, kind, id, step, data, traceparent).empty()) {
    throw Error{ErrorCode::conflict, "this is under way already, or was"};
  }
}

std::optional<HeldSaga> SagaStore::take(const std::string& kind, const std::string& id) {
  const auto lease = new_id();
  return database_.read([&](Transaction& transaction) {
    return held_of(transaction.run(take_one, kind, id, lease, lease_.count(), known_));
  });
}

std::optional<HeldSaga> SagaStore::take_due() {
  return database_.read([&](Transaction& transaction) {
    return held_of(transaction.run(take_next, new_id(), lease_.count(), known_));
  });
}

milliseconds SagaStore::until_due(milliseconds most) {
  return database_.read([&](Transaction& transaction) {
    const auto row = transaction.maybe(select_next, known_);
    return row ? std::clamp(milliseconds_of((*row)[0]), milliseconds{0}, most) : most;
  });
}

std::optional<SagaStore::Place> SagaStore::find(const std::string& kind, const std::string& id) {
  return database_.read([&](Transaction& transaction) -> std::optional<Place> {
    const auto row = transaction.maybe(select_place, kind, id);
    if (!row) return std::nullopt;
    return Place{state_of((*row)["state"]), milliseconds_of((*row)["wait"])};
  });
}

milliseconds SagaStore::move(Transaction& transaction, const HeldSaga& held,
                             const std::string& step) {
  return age_of(
      transaction.run(update_step, held.saga.kind, held.saga.id, held.lease, step, lease_.count()));
}

milliseconds SagaStore::turn_around(Transaction& transaction, const HeldSaga& held,
                                    const Error& why) {
  return age_of(transaction.run(update_turned, held.saga.kind, held.saga.id, held.lease,
                                error_to_json(why), lease_.count()));
}

milliseconds SagaStore::end(Transaction& transaction, const HeldSaga& held, SagaState state) {
  return age_of(transaction.run(update_ended, held.saga.kind, held.saga.id, held.lease, name(state),
                                ended_channel, key(held.saga.kind, held.saga.id)));
}

void SagaStore::release(const HeldSaga& held, int failures, milliseconds pause) {
  database_.read([&](Transaction& transaction) {
    transaction.run(update_released, held.saga.kind, held.saga.id, held.lease, failures,
                    pause.count());
  });
}

std::vector<SagaSummary> SagaStore::list(const std::optional<std::string>& state,
                                         const PageRequest& page) {
  const auto after = [&](std::size_t i) -> std::optional<std::string> {
    if (page.after.size() != 3) return std::nullopt;
    return page.after[i];
  };
  return database_.read([&](Transaction& transaction) {
    std::vector<SagaSummary> sagas;
    for (const auto& row :
         transaction.run(select_page, state, page.limit + 1, after(0), after(1), after(2))) {
      sagas.push_back({row["kind"].c_str(), row["id"].c_str(), state_of(row["state"]),
                       row["step"].c_str(), row["attempts"].as<int>(), problem_of(row["problem"]),
                       to_time(row["started_at"].c_str()), to_time(row["next_try_at"].c_str())});
    }
    return sagas;
  });
}

std::vector<SagaCount> SagaStore::counts() {
  return database_.read([](Transaction& transaction) {
    std::vector<SagaCount> counts;
    for (const auto& row : transaction.run(select_counts)) {
      counts.push_back({row["kind"].c_str(), row["step"].c_str(), state_of(row["state"]),
                        row["count"].as<double>(), row["oldest_seconds"].as<double>()});
    }
    return counts;
  });
}

int SagaStore::purge() {
  return database_.read([](Transaction& transaction) {
    return static_cast<int>(transaction.run(delete_old, purge_most).affected_rows());
  });
}

}  // namespace chassis
