// What the chassis costs: the same answer from bare Pistache and through the chassis, and a row
// from PostgreSQL through the chassis. tools/bench drives it.
//
//   bench_server bare|chassis|worker PORT
//   bench_server row PORT DATABASE_URL WORKERS
//
// `bare` is Pistache's own Http::Handler with the keep-alive cure only; `chassis` answers in the
// event loop, as a cached read does; `worker` goes through the worker pool; `row` reads one row of
// pgbench's accounts by its id, as an uncached read does.

#include <pistache/endpoint.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string>

#include "chassis/db.h"
#include "chassis/json.h"
#include "chassis/log.h"
#include "server.h"

namespace bench {

struct Account {
  std::int64_t id = 0;
  std::int64_t balance = 0;
};

}  // namespace bench

template <>
struct chassis::Fields<bench::Account> {
  static constexpr auto list =
      std::make_tuple(field("id", &bench::Account::id), field("balance", &bench::Account::balance));
};

namespace {

/// Some 600 bytes, as long as a product.
const std::string& body() {
  static const std::string text = "{\"items\":[\"" + std::string(600, 'x') + "\"]}";
  return text;
}

class BareHandler final : public Pistache::Http::Handler {
  HTTP_PROTOTYPE(BareHandler)

  void onRequest(const Pistache::Http::Request& /*request*/,
                 Pistache::Http::ResponseWriter response) override {
    response.headers().remove<Pistache::Http::Header::Connection>();
    response.headers().add<Pistache::Http::Header::ContentType>(MIME(Application, Json));
    response.send(Pistache::Http::Code::Ok, body());
  }
};

int wait_for_signal(const sigset_t& signals) {
  int number = 0;
  return sigwait(&signals, &number);
}

int serve_bare(std::uint16_t port, const sigset_t& signals) {
  Pistache::Http::Endpoint endpoint{Pistache::Address{"127.0.0.1", Pistache::Port{port}}};
  endpoint.init(Pistache::Http::Endpoint::options()
                    .threads(1)
                    .flags(Pistache::Tcp::Options::ReuseAddr | Pistache::Tcp::Options::NoDelay)
                    .maxRequestSize(128 * 1024));
  endpoint.setHandler(std::make_shared<BareHandler>());
  endpoint.serveThreaded();
  const int result = wait_for_signal(signals);
  endpoint.shutdown();
  return result;
}

int serve(chassis::Route route, std::uint16_t port, std::size_t workers, const sigset_t& signals) {
  chassis::log::start("bench", "warning");
  chassis::ServerSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port;
  settings.workers = workers;
  settings.internal_token = "a-token-for-the-bench";
  chassis::Server server{settings, {std::move(route)}};
  server.start();
  server.open();
  return wait_for_signal(signals);
}

chassis::Route fixed_answer(bool in_worker) {
  using namespace chassis;
  Route route{Method::get, "/v1/products/{id}", Access::anyone,
              [](const Request&) { return ok(body()); }};
  if (!in_worker) route.fast = [](const Request&) { return std::optional{ok(body())}; };
  return route;
}

constexpr chassis::Statement select_account{
    "select_account", "SELECT aid, abalance FROM pgbench_accounts WHERE aid = $1"};

chassis::Route one_row(chassis::Database& database) {
  using namespace chassis;
  return {
      Method::get, "/v1/accounts/{id}", Access::anyone, [&](const Request& request) {
        return database.read([&](Transaction& transaction) {
          const auto row = transaction.one(select_account, "no such account",
                                           std::stoi(request.parameter("id")));
          return ok(to_json(bench::Account{row[0].as<std::int64_t>(), row[1].as<std::int64_t>()}));
        });
      }};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc > 2 ? argv[1] : "";
  const bool known =
      kind == "bare" || kind == "chassis" || kind == "worker" || (kind == "row" && argc == 5);
  if (!known) {
    std::cerr << "usage: bench_server bare|chassis|worker PORT, or row PORT DATABASE_URL WORKERS\n";
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[2]));
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (kind == "bare") return serve_bare(port, signals);
  if (kind == "row") {
    chassis::Database database{argv[3], "bench"};
    return serve(one_row(database), port, static_cast<std::size_t>(std::stoi(argv[4])), signals);
  }
  constexpr std::size_t workers = 8;
  return serve(fixed_answer(kind == "worker"), port, workers, signals);
}
