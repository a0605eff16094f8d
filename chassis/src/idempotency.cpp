#include "chassis/idempotency.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include "chassis/auth.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view header = "Idempotency-Key";
constexpr std::size_t key_length_max = 255;
constexpr int accepted_status = 202;
constexpr int failed_status = 500;
/// Kept back from the deadline, so that "in progress" still reaches who asked.
constexpr auto time_to_answer = 50ms;

// Waits while another transaction holds the key. A row comes back when the key is new or expired;
// else the row stays as it is and is locked.
constexpr Statement take_key{"chassis.idempotency.take", R"sql(
  INSERT INTO chassis.idempotency_keys AS known (caller, route, key, request)
  VALUES ($1, $2, $3, $4)
  ON CONFLICT (caller, route, key) DO UPDATE
  SET request = excluded.request, status = NULL, created_at = now()
  WHERE known.created_at < now() - interval '24 hours'
  RETURNING 1
)sql"};

constexpr Statement select_answer{"chassis.idempotency.answer", R"sql(
  SELECT request, status, body, content_type, location, etag
  FROM chassis.idempotency_keys WHERE caller = $1 AND route = $2 AND key = $3
)sql"};

constexpr Statement store_answer{"chassis.idempotency.store", R"sql(
  UPDATE chassis.idempotency_keys
  SET status = $4, body = $5, content_type = $6, location = $7, etag = $8
  WHERE caller = $1 AND route = $2 AND key = $3
)sql"};

constexpr Statement delete_old{"chassis.idempotency.purge", R"sql(
  DELETE FROM chassis.idempotency_keys WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.idempotency_keys WHERE created_at < now() - interval '24 hours'
    ORDER BY created_at LIMIT 1000 FOR UPDATE SKIP LOCKED))
)sql"};

/// Who asks for what, once.
struct Scope {
  std::string caller;
  std::string route;
  std::string key;
};

/// An answer that undoes its transaction.
struct Undone {
  Response answer;
};

std::string key_of(const Request& request) {
  const auto key = request.headers.get(header);
  const bool printable = std::all_of(key.begin(), key.end(),
                                     [](char letter) { return letter >= ' ' && letter <= '~'; });
  if (key.empty() || key.size() > key_length_max || !printable) {
    throw Error{{FieldError{"#Idempotency-Key", "must be 1 to 255 printable characters"}}};
  }
  return std::string{key};
}

std::string caller_of(const Context& context) {
  if (context.caller) return "user:" + context.caller->user_id;
  return context.guest_id.empty() ? "nobody" : "guest:" + context.guest_id;
}

std::string digest_of(const Request& request) {
  // A path holds no line feed that could move text between the parts unnoticed: its length is told.
  return sha256_hex(std::string{name(request.method)} + " " + std::to_string(request.path.size()) +
                    " " + request.path + "\n" + request.body);
}

bool takes_key(Transaction& transaction, const Scope& scope, const std::string& digest) {
  auto context = Context::current();
  const auto now = std::chrono::steady_clock::now();
  if (context.deadline != Deadline::max() && context.deadline - now > 2 * time_to_answer) {
    context.deadline -= time_to_answer;
  }
  const ContextScope sooner{context};
  try {
    return !transaction.run(take_key, scope.caller, scope.route, scope.key, digest).empty();
  } catch (const pqxx::sql_error& problem) {
    const auto& state = problem.sqlstate();
    if (state != "57014" && state != "55P03") throw;
    throw Error{ErrorCode::conflict, "the first request with this key is still in progress"}
        .type("in-progress")
        .retry_after(1);
  }
}

std::optional<std::string> text_of(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<std::string>();
}

std::optional<Response> first_answer(Transaction& transaction, const Scope& scope,
                                     const std::string& digest) {
  const auto row = transaction.run(select_answer, scope.caller, scope.route, scope.key)[0];
  if (row["request"].as<std::string>() != digest) {
    throw Error{ErrorCode::key_reused, "this Idempotency-Key came before with another request"};
  }
  if (row["status"].is_null()) return std::nullopt;
  Response answer{.status = row["status"].as<int>(),
                  .body = row["body"].as<std::string>(),
                  .content_type = row["content_type"].as<std::string>()};
  if (const auto location = text_of(row["location"])) answer.headers.add("Location", *location);
  if (const auto etag = text_of(row["etag"])) answer.headers.add("ETag", *etag);
  return answer;
}

std::optional<std::string> header_of(const Response& answer, std::string_view name) {
  if (!answer.headers.has(name)) return std::nullopt;
  return std::string{answer.headers.get(name)};
}

}  // namespace

Response once(Database& database, const Request& request, std::string_view route,
              const std::function<Response(Transaction&)>& effect) {
  const Scope scope{caller_of(request.context), std::string{route}, key_of(request)};
  const auto digest = digest_of(request);
  try {
    return database.write([&](Transaction& transaction) {
      if (!takes_key(transaction, scope, digest)) {
        if (auto answer = first_answer(transaction, scope, digest)) return std::move(*answer);
      }
      auto answer = effect(transaction);
      if (answer.status >= failed_status) throw Undone{std::move(answer)};
      if (answer.status != accepted_status) {
        transaction.run(store_answer, scope.caller, scope.route, scope.key, answer.status,
                        answer.body, answer.content_type, header_of(answer, "Location"),
                        header_of(answer, "ETag"));
      }
      return answer;
    });
  } catch (Undone& undone) {
    return std::move(undone.answer);
  }
}

void purge_idempotency_keys(Database& database) {
  database.read([](Transaction& transaction) { transaction.run(delete_old); });
}

}  // namespace chassis
