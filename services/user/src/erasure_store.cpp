#include "erasure_store.h"

#include "session.h"
#include "user_events.h"

namespace user {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr Statement lock_leaver{"lock_leaver", "SELECT FROM users WHERE id = $1 FOR UPDATE"};

constexpr Statement end_sessions{"end_sessions_of_leaver", R"sql(
  DELETE FROM sessions WHERE user_id = $1
)sql"};

// Whatever else is known about a person hangs on this row.
constexpr Statement delete_user{"delete_user", "DELETE FROM users WHERE id = $1"};

constexpr Statement insert_erasure{"insert_erasure", R"sql(
  INSERT INTO erasures (user_id) VALUES ($1)
)sql"};

// This service has forgotten when the transaction commits.
constexpr Statement insert_services{"insert_erasure_services", R"sql(
  INSERT INTO erasure_services (erasure_id, service, forgotten_at)
  SELECT id, service, CASE service WHEN 'user' THEN now() END
  FROM erasures, unnest('{user}'::text[] || $2::text[]) service WHERE user_id = $1
)sql"};

constexpr Statement insert_confirmation{"insert_confirmation", R"sql(
  INSERT INTO erasure_services AS known (erasure_id, service, forgotten_at)
  SELECT id, $2, $3::timestamptz FROM erasures WHERE user_id = $1
  ON CONFLICT (erasure_id, service) DO UPDATE
  SET forgotten_at = coalesce(known.forgotten_at, excluded.forgotten_at)
)sql"};

constexpr Statement select_by_user{"select_erasure_of_user", R"sql(
  SELECT id, requested_at FROM erasures WHERE user_id = $1
)sql"};

constexpr Statement select_by_id{"select_erasure", R"sql(
  SELECT id, requested_at FROM erasures WHERE id = $1
)sql"};

constexpr Statement select_services{"select_erasure_services", R"sql(
  SELECT service, forgotten_at FROM erasure_services WHERE erasure_id = $1 ORDER BY service
)sql"};

std::string others() {
  std::string array = "{";
  for (const auto* service : forgetful_services) {
    array += std::string{array.size() > 1 ? "," : ""} + service;
  }
  return array + "}";
}

Erasure erasure_from(Transaction& transaction, const pqxx::row& row) {
  Erasure erasure{row["id"].c_str(), chassis::to_time(row["requested_at"].c_str()), {}};
  for (const auto& service : transaction.run(select_services, erasure.id)) {
    Forgetting forgetting{service["service"].c_str(), {}};
    if (!service["forgotten_at"].is_null()) {
      forgetting.forgotten_at = chassis::to_time(service["forgotten_at"].c_str());
    }
    erasure.services.push_back(std::move(forgetting));
  }
  return erasure;
}

}  // namespace

Erasure PostgresErasures::start(const std::string& user_id) {
  std::size_t ended = 0;
  auto erasure = database_.write([&](Transaction& transaction) {
    if (transaction.maybe(lock_leaver, user_id)) {
      ended = static_cast<std::size_t>(transaction.run(end_sessions, user_id).affected_rows());
      transaction.run(delete_user, user_id);
      transaction.run(insert_erasure, user_id);
      transaction.run(insert_services, user_id, others());
      chassis::forget_person(transaction, user_id);
      tell_deleted(transaction, user_id);
    }
    const auto row = transaction.maybe(select_by_user, user_id);
    if (!row) throw Error{ErrorCode::unauthenticated, "this account does not exist"};
    return erasure_from(transaction, *row);
  });
  count_revoked("erasure", ended);
  return erasure;
}

void PostgresErasures::confirm(Transaction& transaction, const std::string& user_id,
                               const std::string& service, chassis::Time when) {
  transaction.run(insert_confirmation, user_id, service, chassis::to_text(when));
}

Erasure PostgresErasures::find(const std::string& id) {
  return database_.read([&](Transaction& transaction) {
    return erasure_from(transaction, transaction.one(select_by_id, "there is no such erasure", id));
  });
}

}  // namespace user
