#include "chassis/migrate.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "chassis/auth.h"
#include "chassis/log.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;

/// How long all together to wait for locks: another replica's migration, or a reader in the way.
constexpr auto patience = 5min;
constexpr auto pause = 200ms;

constexpr Statement find_record{"chassis.migrations.find", R"sql(
  SELECT to_regclass('chassis.migrations') IS NOT NULL
)sql"};

constexpr Statement name_runtime_role{"chassis.migrations.runtime_role", R"sql(
  SELECT set_config('serai.runtime_role', coalesce(nullif($1, ''), current_user), true)
)sql"};

constexpr auto grant_all = R"sql(
  DO $$
  DECLARE
    role  text := current_setting('serai.runtime_role');
    space text;
  BEGIN
    FOREACH space IN ARRAY ARRAY['public', 'chassis'] LOOP
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', space, role);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', space, role);
      EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', space, role);
      EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I'
                     ' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', space, role);
      EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I'
                     ' GRANT USAGE, SELECT ON SEQUENCES TO %I', space, role);
    END LOOP;
  END $$
)sql";

constexpr auto create_record = R"sql(
  CREATE SCHEMA IF NOT EXISTS chassis;
  CREATE TABLE IF NOT EXISTS chassis.migrations (
    component  text NOT NULL,
    number     integer NOT NULL,
    name       text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (component, number)
  );
)sql";

constexpr Statement select_applied{"chassis.migrations.applied", R"sql(
  SELECT number, sha256 FROM chassis.migrations WHERE component = $1
)sql"};

constexpr Statement insert_applied{"chassis.migrations.insert", R"sql(
  INSERT INTO chassis.migrations (component, number, name, sha256) VALUES ($1, $2, $3, $4)
)sql"};

// The number stands for "chassis migrations" in this database and nothing else.
constexpr auto take_lock = "SELECT pg_advisory_xact_lock(7305128466132501)";
// A migration may run long, but must not queue for long behind a reader: whoever comes after it
// would queue as well.
constexpr auto limits = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '1s'";

struct Migration {
  int number;
  std::string name;
  std::string sql;
  std::string sha256;
};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::vector<Migration> numbered(const Files& files) {
  constexpr std::string_view folder = "migrations/";
  constexpr std::size_t digits = 4;
  std::vector<Migration> all;
  for (const auto& [path, text] : files) {
    if (!path.starts_with(folder)) continue;
    const auto name = path.substr(folder.size());
    if (name.size() <= digits || name[digits] != '_' || !name.ends_with(".sql") ||
        !std::all_of(name.begin(), name.begin() + digits, is_digit)) {
      throw std::runtime_error{"migration " + name + " is not named like 0001_what.sql"};
    }
    const int number = std::stoi(name.substr(0, digits));
    if (number != static_cast<int>(all.size()) + 1) {
      throw std::runtime_error{"migration " + name + " should have the number " +
                               std::to_string(all.size() + 1)};
    }
    all.push_back({number, name, std::string{text}, sha256_hex(text)});
  }
  return all;
}

/// The first migration that the database lacks. A landed one that changed is an error.
const Migration* first_missing(Transaction& transaction, const std::string& component,
                               const std::vector<Migration>& all) {
  std::vector<std::string> landed(all.size());
  for (const auto& row : transaction.run(select_applied, component)) {
    const auto place = static_cast<std::size_t>(row[0].as<int>() - 1);
    if (place < all.size()) landed[place] = row[1].as<std::string>();
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (landed[i].empty()) return &all[i];
    if (landed[i] != all[i].sha256) {
      throw std::runtime_error{"migration " + all[i].name + " of " + component +
                               " was changed after it was applied"};
    }
  }
  return nullptr;
}

bool up_to_date(Database& database, const std::string& component,
                const std::vector<Migration>& all) {
  return database.read([&](Transaction& transaction) {
    return transaction.run(find_record)[0][0].as<bool>() &&
           first_missing(transaction, component, all) == nullptr;
  });
}

enum class Step { applied, nothing_left, lock_taken };

/// Applies the first missing file. The lock ends with the transaction, so a replica that dies in
/// the middle leaves nothing behind.
Step step(Database& database, const std::string& component, const std::vector<Migration>& all,
          const std::string& runtime_role) {
  const Migration* missing = nullptr;
  bool lock_taken = false;
  try {
    database.write([&](Transaction& transaction) {
      try {
        transaction.exec(take_lock);
        transaction.exec(limits);
        if (!transaction.run(find_record)[0][0].as<bool>()) transaction.exec(create_record);
        missing = first_missing(transaction, component, all);
        if (missing == nullptr) return;
        transaction.run(name_runtime_role, runtime_role);
        transaction.exec(missing->sql);
        transaction.run(insert_applied, component, missing->number, missing->name, missing->sha256);
      } catch (const pqxx::sql_error& problem) {
        lock_taken = problem.sqlstate() == "55P03";
        if (lock_taken) throw;
        throw std::runtime_error{"migration " + (missing == nullptr ? "record" : missing->name) +
                                 " of " + component + " failed: " + problem.what()};
      }
    });
  } catch (const Error&) {
    if (lock_taken) return Step::lock_taken;
    throw;
  }
  if (missing == nullptr) return Step::nothing_left;
  log::info("migration applied", {{"component", component}, {"migration", missing->name}});
  return Step::applied;
}

}  // namespace

int migrate(Database& database, const std::string& component, const Files& files,
            const std::string& runtime_role) {
  const auto all = numbered(files);
  if (up_to_date(database, component, all)) return 0;
  const auto give_up_at = std::chrono::steady_clock::now() + patience;
  int applied = 0;
  for (;;) {
    switch (step(database, component, all, runtime_role)) {
      case Step::applied: ++applied; break;
      case Step::nothing_left: return applied;
      case Step::lock_taken:
        if (std::chrono::steady_clock::now() >= give_up_at) {
          throw std::runtime_error{"migrations of " + component + " wait too long for a lock"};
        }
        log::info("migration waits for a lock", {{"component", component}});
        std::this_thread::sleep_for(pause);
        break;
    }
  }
}

void grant_use(Database& owner, const std::string& runtime_role) {
  owner.write([&](Transaction& transaction) {
    // Two replicas that grant at once would trip over each other; one may be migrating, for long.
    transaction.exec("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '5min'");
    transaction.exec(take_lock);
    transaction.run(name_runtime_role, runtime_role);
    transaction.exec(grant_all);
  });
}

}  // namespace chassis
