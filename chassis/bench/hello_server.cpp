// What the chassis costs: the same answer from bare Pistache and through the chassis.
//
//   hello_server bare|chassis|worker PORT
//
// `bare` is Pistache's own Http::Handler with the keep-alive cure only; `chassis` answers in the
// event loop, as a cached read does; `worker` goes through the worker pool. tools/bench drives it.

#include <pistache/endpoint.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string>

#include "chassis/log.h"
#include "server.h"

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

int serve_chassis(std::uint16_t port, bool worker, const sigset_t& signals) {
  using namespace chassis;
  log::start("bench", "warning");
  ServerSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port;
  settings.internal_token = "a-token-for-the-bench";
  Route route{Method::get, "/v1/products/{id}", Access::anyone,
              [](const Request&) { return ok(body()); }};
  if (!worker) route.fast = [](const Request&) { return std::optional{ok(body())}; };
  Server server{settings, {route}};
  server.start();
  server.open();
  return wait_for_signal(signals);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc > 2 ? argv[1] : "";
  if (kind != "bare" && kind != "chassis" && kind != "worker") {
    std::cerr << "usage: hello_server bare|chassis|worker PORT\n";
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[2]));
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return kind == "bare" ? serve_bare(port, signals)
                        : serve_chassis(port, kind == "worker", signals);
}
