#include "chassis/app.h"
#include "demo_store.h"
#include "erasure_events.h"
#include "erasure_store.h"
#include "letter_store.h"
#include "session_store.h"
#include "sign_in_store.h"
#include "user_embedded.h"
#include "user_routes.h"

namespace {

/// README.md says what each setting means.
struct Settings {
  explicit Settings(chassis::Config& config) {
    const auto size = [&](const char* name, std::int64_t least, std::int64_t most, int usual) {
      return static_cast<std::size_t>(config.integer(name, least, most, usual));
    };
    hashes = {size("HASH_KIB", 8, 1 << 20, 19 * 1024),
              static_cast<unsigned>(size("HASH_PASSES", 1, 100, 2)), size("HASHES_MAX", 1, 64, 4),
              size("HASHES_WAITING_MAX", 0, 255, 3)};
    if (hashes.parallel_max + hashes.waiting_max >= size("WORKERS", 1, 256, 8)) {
      config.reject("HASHES_MAX + HASHES_WAITING_MAX must be less than WORKERS");
    }
    sessions.idle = std::chrono::hours{24 * config.integer("SESSION_IDLE_DAYS", 1, 365, 30)};
    sessions.most = std::chrono::hours{24 * config.integer("SESSION_DAYS", 1, 730, 90)};
    demo = {config.text("SEED_CUSTOMER", "ada@example.com:caravan-of-tea-42"),
            config.text("SEED_ADMIN", "admin@example.com:keeper-of-the-serai-42")};
    config.check();
  }
  user::HashCosts hashes;
  user::SessionTimes sessions;
  user::Demo demo;
};

void wire(chassis::App& app) {
  auto& database = app.database();
  const auto issuer = app.config().url("PUBLIC_URL", "https://localhost:8443");
  const auto keys = app.config().text("KEYS_DIR");
  user::consume(app.events(), std::make_shared<user::PostgresErasures>(database));
  const Settings settings{app.config()};
  const auto passwords = std::make_shared<user::Passwords>(settings.hashes);
  const user::Accounts accounts{
      std::make_shared<user::PostgresUsers>(database),
      std::make_shared<user::PostgresSessions>(database, settings.sessions),
      std::make_shared<user::PostgresTries>(database),
      std::make_shared<user::PostgresLetters>(database),
      std::make_shared<user::PostgresErasures>(database),
      passwords,
      std::make_shared<user::Tokens>(std::make_shared<chassis::KeyRing>(keys), issuer)};
  app.routes(user::routes(accounts));
  app.every(std::chrono::minutes{1}, "purge", [accounts] { user::purge(accounts); });
  app.command("seed", user::seed_command(database, passwords, settings.demo));
}

}  // namespace

int main(int argc, char** argv) {
  return chassis::App::run("user", argc, argv, user::embedded(), chassis::Storage::postgres, wire);
}
