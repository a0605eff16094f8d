#include "kettle_store.h"

#include <optional>

namespace kettle {
namespace {

using chassis::Statement;
using chassis::Transaction;

constexpr Statement put_one{"put_kettle", R"sql(
  INSERT INTO kettles (id, name) VALUES ($1, $2)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name
  RETURNING id, name, created_at
)sql"};

constexpr Statement select_one{"select_kettle", R"sql(
  SELECT id, name, created_at FROM kettles WHERE id = $1
)sql"};

constexpr Statement select_page{"select_kettles", R"sql(
  SELECT id, name, created_at FROM kettles
  WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2
)sql"};

Kettle kettle_from(const pqxx::row& row) {
  return {row["id"].c_str(), row["name"].c_str(), chassis::to_time(row["created_at"].c_str())};
}

}  // namespace

Kettle PostgresKettles::put(const std::string& id, const KettleDraft& draft) {
  check(draft);
  return database_.write([&](Transaction& transaction) {
    return kettle_from(transaction.one(put_one, "no such kettle", id, draft.name));
  });
}

Kettle PostgresKettles::find(const std::string& id) {
  return database_.read([&](Transaction& transaction) {
    return kettle_from(transaction.one(select_one, "no such kettle", id));
  });
}

std::vector<Kettle> PostgresKettles::list(const std::string& after, std::int64_t count) {
  const auto beyond = after.empty() ? std::nullopt : std::optional{after};
  return database_.read([&](Transaction& transaction) {
    std::vector<Kettle> kettles;
    for (const auto& row : transaction.run(select_page, beyond, count))
      kettles.push_back(kettle_from(row));
    return kettles;
  });
}

}  // namespace kettle
