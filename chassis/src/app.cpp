#include "chassis/app.h"

#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "build_info.h"
#include "chassis/auth.h"
#include "chassis/idempotency.h"
#include "chassis/json.h"
#include "chassis/log.h"
#include "chassis/metrics.h"
#include "chassis/migrate.h"
#include "db_metrics.h"
#include "server.h"

namespace chassis_migrations {
chassis::Files embedded();
}

namespace chassis {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t metrics_bytes_max = 250 * 1024;  // Prometheus reads at once
constexpr milliseconds database_check_period{1000};
constexpr int database_checks_per_look = 10;
constexpr milliseconds database_retry_period{100};
constexpr milliseconds background_deadline{30'000};
constexpr milliseconds stop_patience{5'000};  // beyond the request deadline

/// SIGTERM and SIGINT wait for sigwait(); every thread started after this inherits it.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

struct Job {
  milliseconds period;
  std::string what;
  std::function<void()> work;
};

}  // namespace

struct App::State {
  std::string name;
  Files files;
  Storage storage = Storage::none;
  Config config;
  ServerSettings server_settings;
  milliseconds drain{5000};
  std::string log_level;
  std::unique_ptr<Database> database;
  std::optional<std::string> database_owner_url;  // of the role that migrates, when it is another
  std::optional<DatabaseMetrics> database_metrics;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Events> events;
  std::unique_ptr<Sagas> sagas;
  std::map<std::string, std::unique_ptr<Client>> clients;
  Routes routes;
  std::map<std::string, Command> commands;
  std::vector<std::function<std::string()>> checks;
  std::vector<std::function<void(Database&)>> after_migrations;
  std::vector<Job> jobs;

  // What readiness stands on.
  std::atomic<bool> migrated{false};
  std::atomic<bool> database_answers{false};
  std::atomic<bool> draining{false};
  std::atomic<bool> ready{false};  // has been, at least once
  std::atomic<bool> failed{false};

  std::mutex stopping_mutex;
  std::condition_variable stopping_changed;
  bool stopping = false;

  void read_settings();
  Client& client_of(const std::string& peer, const std::string& token);
  Response readiness() const;
  Routes own_routes() const;
  std::vector<std::string> unready() const;
  int migrate_all();
  int migrate_as_owner();
  void finish_migrations(Database& owner);
  void wait_for(Database& awaited);
  bool pause(milliseconds time);
  void become_ready(Server& server);
  void watch_database();
  void look_at_database();
  void run_job(const Job& job);
  void run_background(Server& server);
  void wait_for_balancers(const sigset_t& signals) const;
  int serve(const sigset_t& signals);
  int run_command(const std::vector<std::string>& arguments);
};

void App::State::read_settings() {
  log_level = config.text("LOG_LEVEL", "info");
  if (log_level != "debug" && log_level != "info" && log_level != "warning" &&
      log_level != "error" && log_level != "off") {
    config.reject("LOG_LEVEL must be debug, info, warning, error or off");
  }
  auto& server = server_settings;
  server.host = config.text("HOST", "[::]");
  server.port = static_cast<std::uint16_t>(config.integer("PORT", 1, 65535, 8080));
  server.event_loops = static_cast<int>(config.integer("EVENT_LOOPS", 1, 64, 1));
  server.workers = static_cast<std::size_t>(config.integer("WORKERS", 1, 256, 8));
  server.queue_max = static_cast<std::size_t>(config.integer("QUEUE_MAX", 1, 100'000, 256));
  server.deadline = milliseconds{config.integer("REQUEST_DEADLINE_MS", 10, 60'000, 2000)};
  server.internal_token = config.secret("INTERNAL_TOKEN");
  drain = milliseconds{config.integer("DRAIN_MS", 0, 120'000, 5000)};
  if (storage == Storage::postgres) {
    const auto url = config.database_url();
    database = std::make_unique<Database>(url, name);
    database_owner_url = config.database_owner_url();
    database_metrics.emplace();
    listener = std::make_unique<Listener>(url);
  }
}

std::vector<std::string> App::State::unready() const {
  std::vector<std::string> reasons;
  if (draining.load()) reasons.emplace_back("draining: the service is stopping");
  if (storage == Storage::postgres && !migrated.load()) {
    reasons.emplace_back("migrations: not applied yet");
  } else if (storage == Storage::postgres && !database_answers.load()) {
    reasons.emplace_back("database: does not answer");
  }
  for (const auto& check : checks) {
    if (auto reason = check(); !reason.empty()) reasons.push_back(std::move(reason));
  }
  return reasons;
}

Response App::State::readiness() const {
  const auto reasons = unready();
  JsonWriter json;
  json.begin_object();
  json.key("status");
  json.text(reasons.empty() ? "ready" : "unready");
  json.key("reasons");
  detail::write(json, reasons);
  json.end_object();
  return {reasons.empty() ? 200 : 503, json.take()};
}

/// What every service serves; all of it from memory, in the event loop.
Routes App::State::own_routes() const {
  const auto get = [](const char* path, FastHandler fast) {
    const auto never = [](const Request&) { return Response{}; };
    return Route{Method::get, path, Access::anyone, never, std::move(fast)};
  };
  auto metrics = get("/metrics", [](const Request&) {
    return Response{200, metrics_text(), "text/plain; version=0.0.4; charset=utf-8"};
  });
  metrics.answer_max = metrics_bytes_max;
  Routes own{
      get("/health", [](const Request&) { return ok(R"({"status":"alive"})"); }),
      get("/ready", [this](const Request&) { return readiness(); }),
      std::move(metrics),
  };
  if (const auto found = files.find("openapi.json"); found != files.end()) {
    const std::string description{found->second};
    const auto etag = "\"" + sha256_hex(description).substr(0, 16) + "\"";
    own.push_back(get("/openapi.json", [=](const Request& request) {
      return with_etag(request, ok(description), etag);
    }));
  }
  return own;
}

/// Waits until the database answers, then brings it up to date; returns how many files it took.
int App::State::migrate_all() {
  if (database_owner_url) return migrate_as_owner();
  wait_for(*database);
  const int applied = migrate(*database, "chassis", chassis_migrations::embedded()) +
                      migrate(*database, name, files);
  finish_migrations(*database);
  return applied;
}

int App::State::migrate_as_owner() {
  Database owner{*database_owner_url, name + " migrate"};
  wait_for(owner);
  wait_for(*database);
  const auto role = database->read([](Transaction& transaction) {
    return transaction.exec("SELECT current_user")[0][0].as<std::string>();
  });
  const int applied = migrate(owner, "chassis", chassis_migrations::embedded(), role) +
                      migrate(owner, name, files, role);
  grant_use(owner, role);
  finish_migrations(owner);
  return applied;
}

void App::State::finish_migrations(Database& owner) {
  for (const auto& work : after_migrations) work(owner);
}

/// Sleeps; true when the service is to stop.
bool App::State::pause(milliseconds time) {
  std::unique_lock lock{stopping_mutex};
  return stopping_changed.wait_for(lock, time, [&] { return stopping; });
}

void App::State::wait_for(Database& awaited) {
  bool told = false;
  while (!awaited.answers()) {
    if (!told) log::warning("waiting for the database");
    told = true;
    if (pause(database_retry_period))
      throw std::runtime_error{"stopped while waiting for the database"};
  }
}

void App::State::become_ready(Server& server) {
  if (storage == Storage::postgres) {
    const int applied = migrate_all();
    if (applied > 0) log::info("migrations applied", {{"files", applied}});
    listener->start();
    database_answers.store(true);
    database_metrics->up(true);
    migrated.store(true);
  }
  server.open();
  ready.store(true);
  log::info("ready", {{"port", static_cast<int>(server.port())}});
}

void App::State::watch_database() {
  bool missed = false;
  for (int turn = 0; !pause(database_check_period); ++turn) {
    const bool answers = database->answers();
    if (answers || missed) database_answers.store(answers);  // one miss may be chance
    missed = !answers;
    database_metrics->up(database_answers.load());
    if (answers && turn % database_checks_per_look == 0) look_at_database();
  }
}

void App::State::look_at_database() {
  Context context;
  context.deadline = std::chrono::steady_clock::now() + database_check_period;
  const ContextScope scope{context};
  try {
    database_metrics->look(*database);
  } catch (const std::exception& error) {
    log::warning("no statistics of the database", {{"what", error.what()}});
  }
}

void App::State::run_job(const Job& job) {
  const auto failures =
      counter("background_failures_total", "Background work that failed", {{"work", job.what}});
  while (!pause(job.period)) {
    Context context;
    context.trace = Trace::from_header("");
    context.deadline = std::chrono::steady_clock::now() + background_deadline;
    const ContextScope scope{context};
    try {
      job.work();
    } catch (const std::exception& error) {
      failures.add();
      log::error("background work failed", {{"work", job.what}, {"what", error.what()}});
    }
  }
}

/// What goes on beside the requests, until the service stops.
void App::State::run_background(Server& server) {
  try {
    become_ready(server);
  } catch (const std::exception& error) {
    log::error("cannot start", {{"what", error.what()}});
    failed.store(true);
    kill(getpid(), SIGTERM);
    return;
  }
  std::vector<std::thread> threads;
  for (const auto& job : jobs) threads.emplace_back([this, &job] { run_job(job); });
  if (events) events->start();
  if (sagas) sagas->begin();
  if (storage == Storage::postgres) watch_database();
  if (sagas) sagas->stop();
  if (events) events->stop();
  for (auto& thread : threads) thread.join();
}

/// Serves on until every balancer has seen that /ready fails; a second signal cuts it short.
void App::State::wait_for_balancers(const sigset_t& signals) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(drain);
  const timespec time{seconds.count(), std::chrono::nanoseconds{drain - seconds}.count()};
  sigtimedwait(&signals, nullptr, &time);
}

int App::State::serve(const sigset_t& signals) {
  gauge("build_info", "What runs: always 1", {{"version", build_version()}, {"service", name}})
      .set(1);
  if (storage == Storage::postgres) {
    jobs.push_back({std::chrono::minutes{5}, "purge idempotency keys",
                    [this] { purge_idempotency_keys(*database); }});
  }
  if (events) routes = std::move(routes) + events->routes();
  if (sagas) routes = std::move(routes) + sagas->routes();
  Server server{server_settings, own_routes() + routes};
  server.start();

  std::thread background{[&] { run_background(server); }};

  int signal_number = 0;
  sigwait(&signals, &signal_number);
  draining.store(true);
  server.drain();
  log::info("draining", {{"in_flight", server.in_flight()}});
  if (ready.load()) wait_for_balancers(signals);
  {
    const std::lock_guard lock{stopping_mutex};
    stopping = true;
  }
  stopping_changed.notify_all();
  server.stop(server_settings.deadline + stop_patience);
  background.join();
  clients.clear();
  log::info("stopped");
  return failed.load() ? 1 : 0;
}

int App::State::run_command(const std::vector<std::string>& arguments) {
  const auto found = commands.find(arguments.front());
  const bool known = arguments.front() == "migrate" || found != commands.end();
  if (!known) {
    std::cerr << name << ": there is no command " << arguments.front() << "; there are: migrate";
    for (const auto& [word, command] : commands) std::cerr << ", " << word;
    std::cerr << " (and none: serve)\n";
    return 2;
  }
  if (storage == Storage::postgres) {
    const int applied = migrate_all();
    std::cout << name << ": " << applied << " migrations applied\n";
  }
  return found == commands.end() ? 0 : found->second({arguments.begin() + 1, arguments.end()});
}

App::App(std::unique_ptr<State> state) : state_{std::move(state)} {}
App::~App() = default;

int App::run(const std::string& name, int argc, char** argv, const Files& files, Storage storage,
             const Wire& wire) {
  mallopt(M_ARENA_MAX, 2);  // arenas for each thread would cost more memory than they save time
  auto state = std::make_unique<State>();
  state->name = name;
  state->files = files;
  state->storage = storage;
  App app{std::move(state)};
  const std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
  const auto signals = arguments.empty() ? block_stop_signals() : sigset_t{};
  try {
    app.state_->read_settings();
    log::start(name, app.state_->log_level);
    wire(app);
    app.check_settings();
    return arguments.empty() ? app.state_->serve(signals) : app.state_->run_command(arguments);
  } catch (const ConfigError& error) {
    std::cerr << name << ": the settings are wrong\n" << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << name << ": " << error.what() << "\n";
    return 1;
  }
}

Config& App::config() { return state_->config; }
void App::check_settings() { state_->config.check(); }
const std::string& App::name() const { return state_->name; }
const Files& App::files() const { return state_->files; }
const std::string& App::internal_token() const { return state_->server_settings.internal_token; }

Database& App::database() {
  if (state_->database == nullptr) throw std::logic_error{"this service owns no database"};
  return *state_->database;
}

Listener& App::listener() {
  if (state_->listener == nullptr) throw std::logic_error{"this service owns no database"};
  return *state_->listener;
}

Client& App::State::client_of(const std::string& peer, const std::string& token) {
  auto& client = clients[peer];
  if (client == nullptr) {
    auto setting = peer + "_URL";
    std::transform(setting.begin(), setting.end(), setting.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    client = std::make_unique<Client>(peer, config.url(setting), token);
  }
  return *client;
}

Client& App::client(const std::string& peer) { return state_->client_of(peer, internal_token()); }
Client& App::outside_client(const std::string& peer) { return state_->client_of(peer, ""); }

Events& App::events() {
  auto& state = *state_;
  if (!state.events) {
    state.events = std::make_unique<Events>(state.name, state.config, database(), listener());
  }
  return *state.events;
}

Sagas& App::sagas() {
  auto& state = *state_;
  if (!state.sagas) state.sagas = std::make_unique<Sagas>(state.config, database(), listener());
  return *state.sagas;
}

void App::routes(Routes routes) { state_->routes = std::move(state_->routes) + std::move(routes); }
void App::ready_when(std::function<std::string()> check) {
  state_->checks.push_back(std::move(check));
}
void App::when_migrated(std::function<void(Database&)> work) {
  state_->after_migrations.push_back(std::move(work));
}
void App::command(const std::string& name, Command command) {
  state_->commands[name] = std::move(command);
}
void App::every(milliseconds period, const std::string& what, std::function<void()> work) {
  state_->jobs.push_back({period, what, std::move(work)});
}

}  // namespace chassis
