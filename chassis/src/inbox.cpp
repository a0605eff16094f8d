#include "inbox.h"

#include <algorithm>
#include <optional>

#include "chassis/id.h"

namespace chassis {
namespace {

constexpr std::size_t reason_length_max = 500;
constexpr std::size_t malformed_bytes_max = 64 * 1024;

constexpr Statement take_event{"chassis.inbox.take", R"sql(
  INSERT INTO chassis.inbox (event_id, type, event_time)
  SELECT $1, $2, $3
  WHERE NOT EXISTS (SELECT FROM chassis.dead_letters WHERE event_id = $1)
  ON CONFLICT (event_id) DO NOTHING RETURNING 1
)sql"};

// Nothing when it was applied, or died, meanwhile.
constexpr Statement add_failure{"chassis.event_failures.add", R"sql(
  INSERT INTO chassis.event_failures AS known (event_id, person, attempts, error)
  SELECT $1, $2, 1, $3
  WHERE NOT EXISTS (SELECT FROM chassis.inbox WHERE event_id = $1)
    AND NOT EXISTS (SELECT FROM chassis.dead_letters WHERE event_id = $1)
  ON CONFLICT (event_id) DO UPDATE
  SET attempts = known.attempts + 1, error = excluded.error, failed_at = now()
  RETURNING attempts
)sql"};

constexpr Statement end_failures{"chassis.event_failures.end", R"sql(
  DELETE FROM chassis.event_failures WHERE event_id = $1
)sql"};

constexpr Statement bury{"chassis.dead_letters.insert", R"sql(
  INSERT INTO chassis.dead_letters
    (id, event_id, type, subject, person, event_time, envelope, error, attempts)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT DO NOTHING
)sql"};

std::optional<std::string> optional(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

/// What PostgreSQL takes as text, whatever came.
std::string printable(const std::string& text, std::size_t length_max) {
  std::string result = text.substr(0, length_max);
  const auto strange = [](char letter) {
    return static_cast<unsigned char>(letter) < ' ' || static_cast<unsigned char>(letter) > '~';
  };
  std::replace_if(result.begin(), result.end(), strange, '?');
  return result;
}

}  // namespace

bool apply_once(Database& database, const Event& event, const Events::Handler& handler) {
  return database.write([&](Transaction& transaction) {
    if (!transaction.maybe(take_event, event.id, event.type, to_text(event.time))) return false;
    handler(transaction, event);
    return true;
  });
}

int count_failure(Database& database, const Event& event, const std::string& message,
                  const std::string& reason) {
  return database.write([&](Transaction& transaction) {
    const auto row = transaction.maybe(add_failure, event.id, optional(event.person), reason);
    const int attempts = row ? (*row)[0].as<int>() : failures_max;
    if (row && attempts >= failures_max) {
      transaction.run(bury, new_id(), event.id, event.type, event.subject, optional(event.person),
                      to_text(event.time), message, reason, attempts);
      transaction.run(end_failures, event.id);
    }
    return attempts;
  });
}

void bury_malformed(Database& database, const std::string& subject, const std::string& message,
                    const std::string& reason) {
  // The same message again has the same id.
  const auto id = seeded_id(subject + " " + message, "malformed", 0);
  database.write([&](Transaction& transaction) {
    transaction.run(bury, id, nullptr, printable(subject, reason_length_max), "", nullptr, nullptr,
                    printable(message, malformed_bytes_max), reason, 1);
  });
}

std::string reason_of(const std::exception& problem) {
  if (const auto* const sql = dynamic_cast<const pqxx::sql_error*>(&problem)) {
    return "a statement failed with SQLSTATE " + sql->sqlstate();
  }
  return printable(problem.what(), reason_length_max);
}

}  // namespace chassis
