#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chassis/client.h"
#include "chassis/config.h"
#include "chassis/db.h"
#include "chassis/events.h"
#include "chassis/files.h"
#include "chassis/http.h"
#include "chassis/listener.h"
#include "chassis/saga.h"

namespace chassis {

/// Whether a service owns a database.
enum class Storage { none, postgres };

/// One running service: settings, log, metrics, database, event loop, worker pool, drain.
///
///   int main(int argc, char** argv) {
///     return chassis::App::run("product", argc, argv, product::embedded(),
///     chassis::Storage::postgres,
///                              [](chassis::App& app) {
///       const auto currency = app.config().text("CURRENCY", "EUR");
///       app.check_settings();
///       auto products = std::make_shared<product::PostgresProducts>(app.database(), currency);
///       app.routes(product::routes(products));
///     });
///   }
class App {
 public:
  using Wire = std::function<void(App&)>;
  /// Arguments after the command's name; returns the exit status.
  using Command = std::function<int(const std::vector<std::string>&)>;

  /// The whole life of the program. `wire` reads settings, calls check_settings(), builds the
  /// service and names its routes; it must not use the database yet. Then: with no argument, serve
  /// until SIGTERM or SIGINT; `migrate`: only migrate; any other argument: a command() of the
  /// service, after migrating. Returns the exit status: 0, 1 after a failure, 2 when settings are
  /// wrong.
  static int run(const std::string& name, int argc, char** argv, const Files& files,
                 Storage storage, const Wire& wire);

  ~App();

  Config& config();
  /// Throws ConfigError when any setting read so far is wrong; run() prints it.
  void check_settings();

  const std::string& name() const;
  const Files& files() const;
  /// A programming error with Storage::none.
  Database& database();
  Listener& listener();
  /// The client of a peer in the call graph; its URL is the setting <PEER>_URL. Call it before
  /// check_settings().
  Client& client(const std::string& peer);
  /// The client of a third party, at the setting <PEER>_URL. It is told neither the installation's
  /// token nor whom a call is for.
  Client& outside_client(const std::string& peer);
  /// The service's part in the traffic of events: relays, consumes, and serves its routes. Call it
  /// before check_settings() in a service that publishes or consumes.
  Events& events();
  /// The service's sagas and their routes. Call it before check_settings().
  Sagas& sagas();
  /// The installation's shared token.
  const std::string& internal_token() const;

  /// Adds routes; /health, /ready, /metrics and /openapi.json are there already.
  void routes(Routes routes);
  /// A further reason not to be ready: returns an empty text, or what is wrong. Must not block.
  void ready_when(std::function<std::string()> check);
  /// Runs `work` once the database is migrated, before the first request, with the database as the
  /// role that migrated it: what it throws ends the program with status 1.
  void when_migrated(std::function<void(Database& owner)> work);
  void command(const std::string& name, Command command);
  /// Runs `work` every `period` in the background once the service is ready, in a thread of its own
  /// with a Context whose deadline is 30 s away; what it throws is logged and counted. With several
  /// replicas each runs it: let the database settle who does what.
  void every(std::chrono::milliseconds period, const std::string& what, std::function<void()> work);

 private:
  struct State;
  explicit App(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace chassis
