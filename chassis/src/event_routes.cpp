#include "event_routes.h"

#include <optional>
#include <string>

#include "chassis/clock.h"
#include "chassis/json.h"
#include "chassis/page.h"
#include "dead_letters.h"

namespace chassis {
namespace {

constexpr Statement select_outbox{"chassis.outbox.list", R"sql(
  SELECT id, type, created_at, sent_at IS NOT NULL AS sent FROM chassis.outbox
  WHERE ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2
)sql"};

constexpr Statement select_inbox{"chassis.inbox.list", R"sql(
  SELECT event_id, type, event_time, applied_at FROM chassis.inbox
  WHERE ($1::uuid IS NULL OR event_id > $1) ORDER BY event_id LIMIT $2
)sql"};

constexpr Statement select_dead_letters{"chassis.dead_letters.list", R"sql(
  SELECT id, event_id, type, subject, attempts, error, event_time, died_at, replayed_at
  FROM chassis.dead_letters
  WHERE ($1::timestamptz IS NULL OR (died_at, id) < ($1, $2::uuid))
  ORDER BY died_at DESC, id DESC LIMIT $3
)sql"};

struct OutboxItem {
  std::string id;
  std::string type;
  Time time;
  bool sent = false;
};

struct InboxItem {
  std::string id;
  std::string type;
  Time time;
  Time applied_at;
};

struct DeadLetterItem {
  std::string id;
  std::optional<std::string> event_id;
  std::string type;
  std::string subject;
  int attempts = 0;
  std::string error;
  std::optional<Time> time;
  Time died_at;
  std::optional<Time> replayed_at;
};

}  // namespace

template <>
struct Fields<OutboxItem> {
  static constexpr auto list =
      std::make_tuple(field("id", &OutboxItem::id), field("type", &OutboxItem::type),
                      field("time", &OutboxItem::time), field("sent", &OutboxItem::sent));
};

template <>
struct Fields<InboxItem> {
  static constexpr auto list =
      std::make_tuple(field("id", &InboxItem::id), field("type", &InboxItem::type),
                      field("time", &InboxItem::time), field("applied_at", &InboxItem::applied_at));
};

template <>
struct Fields<DeadLetterItem> {
  static constexpr auto list = std::make_tuple(
      field("id", &DeadLetterItem::id), field("event_id", &DeadLetterItem::event_id, nullable),
      field("type", &DeadLetterItem::type), field("subject", &DeadLetterItem::subject),
      field("attempts", &DeadLetterItem::attempts), field("error", &DeadLetterItem::error),
      field("time", &DeadLetterItem::time, nullable), field("died_at", &DeadLetterItem::died_at),
      field("replayed_at", &DeadLetterItem::replayed_at, nullable));
};

namespace {

Time time_of(const pqxx::field& field) { return to_time(field.c_str()); }

std::optional<Time> maybe_time_of(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return time_of(field);
}

/// The n-th sort key of the last item seen; nothing on the first page.
std::optional<std::string> after(const PageRequest& page, std::size_t n, std::size_t keys) {
  if (page.after.empty()) return std::nullopt;
  if (page.after.size() != keys) throw Error{{FieldError{"?cursor", "is not one of this list"}}};
  return page.after[n];
}

Response outbox(const Request& request, Database& database) {
  const auto page = page_request(request, "outbox");
  std::vector<OutboxItem> items;
  database.read([&](Transaction& transaction) {
    for (const auto& row : transaction.run(select_outbox, after(page, 0, 1), page.limit + 1)) {
      items.push_back({row["id"].as<std::string>(), row["type"].as<std::string>(),
                       time_of(row["created_at"]), row["sent"].as<bool>()});
    }
  });
  return ok(page_json(std::move(items), page, "outbox",
                      [](const auto& item) { return std::vector{item.id}; }));
}

Response inbox(const Request& request, Database& database,
               const std::vector<Subscription>& subscriptions) {
  const auto page = page_request(request, "inbox");
  std::vector<InboxItem> items;
  database.read([&](Transaction& transaction) {
    for (const auto& row : transaction.run(select_inbox, after(page, 0, 1), page.limit + 1)) {
      items.push_back({row["event_id"].as<std::string>(), row["type"].as<std::string>(),
                       time_of(row["event_time"]), time_of(row["applied_at"])});
    }
  });
  std::vector<std::string> types;
  types.reserve(subscriptions.size());
  for (const auto& one : subscriptions) types.push_back(one.type);
  const auto list = page_json(std::move(items), page, "inbox",
                              [](const auto& item) { return std::vector{item.id}; });
  return ok("{\"consumes\":" + to_json(types) + "," + list.substr(1));
}

Response dead_letters(const Request& request, Database& database) {
  const auto page = page_request(request, "dead-letters");
  std::vector<DeadLetterItem> items;
  database.read([&](Transaction& transaction) {
    for (const auto& row : transaction.run(select_dead_letters, after(page, 0, 2),
                                           after(page, 1, 2), page.limit + 1)) {
      auto& item = items.emplace_back();
      item.id = row["id"].as<std::string>();
      if (!row["event_id"].is_null()) item.event_id = row["event_id"].as<std::string>();
      item.type = row["type"].as<std::string>();
      item.subject = row["subject"].as<std::string>();
      item.attempts = row["attempts"].as<int>();
      item.error = row["error"].as<std::string>();
      item.time = maybe_time_of(row["event_time"]);
      item.died_at = time_of(row["died_at"]);
      item.replayed_at = maybe_time_of(row["replayed_at"]);
    }
  });
  return ok(page_json(std::move(items), page, "dead-letters", [](const auto& item) {
    return std::vector{to_text(item.died_at), item.id};
  }));
}

}  // namespace

Routes event_routes(Database& database, const std::vector<Subscription>& subscriptions) {
  const auto get = [](const char* path, Handler handler) {
    return Route{Method::get, path, Access::internal, std::move(handler)};
  };
  return {
      get("/internal/outbox", [&](const Request& r) { return outbox(r, database); }),
      get("/internal/inbox", [&](const Request& r) { return inbox(r, database, subscriptions); }),
      get("/internal/dead-letters", [&](const Request& r) { return dead_letters(r, database); }),
      {Method::post, "/internal/dead-letters/{id}/replay", Access::internal,
       [&](const Request& request) {
         replay(database, subscriptions, request.uuid("id"));
         return ok("{\"id\":\"" + request.uuid("id") + "\"}");
       }}};
}

}  // namespace chassis
