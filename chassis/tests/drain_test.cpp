// Hazard 7 of Pistache: its shutdown drops what is in flight. A whole App in a process of its own
// is stopped under load, as Kubernetes stops a pod.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "chassis/app.h"
#include "raw_client.h"

namespace chassis {
namespace {

using ::testing::HasSubstr;
using testing::RawClient;

std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  bind(probe, reinterpret_cast<const sockaddr*>(&address), length);
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &length);
  close(probe);
  return ntohs(address.sin_port);
}

int run_app(std::uint16_t port) {
  setenv("HOST", "127.0.0.1", 1);
  setenv("PORT", std::to_string(port).c_str(), 1);
  setenv("INTERNAL_TOKEN", "the-installations-token", 1);
  setenv("DRAIN_MS", "1000", 1);
  setenv("LOG_LEVEL", "error", 1);
  char name[] = "probe";
  char* arguments[] = {name};
  return App::run("probe", 1, arguments, {}, Storage::none, [](App& app) {
    app.routes({{Method::get, "/slow", Access::anyone, [](const Request&) {
                   // Work that takes a while, so that requests are in flight at every moment.
                   std::this_thread::sleep_for(std::chrono::milliseconds{5});
                   return ok("\"done\"");
                 }}});
  });
}

std::string ask(std::uint16_t port, const std::string& path) {
  try {
    RawClient client{port};
    client.send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
    return client.answer();
  } catch (const std::runtime_error&) {
    return {};  // not listening yet
  }
}

TEST(Drain, a_service_told_to_stop_under_load_fails_no_request) {
  const auto port = free_port();
  const auto app = fork();
  if (app == 0) std::_Exit(run_app(port));
  while (ask(port, "/slow").find("\"done\"") == std::string::npos) std::this_thread::yield();

  std::atomic<bool> balanced{true};  // the balancer still sends requests here
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      while (balanced.load()) {
        RawClient client{port};
        std::string answer;
        do {
          client.send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
          answer = client.answer();
          ++(answer.find("\"done\"") == std::string::npos ? failed : answered);
        } while (balanced.load() && answer.find("Connection: close") == std::string::npos &&
                 !answer.empty());
      }
    });
  }
  while (answered.load() < 100) std::this_thread::yield();
  kill(app, SIGTERM);
  std::string readiness;
  do {
    readiness = ask(port, "/ready");
  } while (readiness.find("HTTP/1.1 200") == 0);
  const int answered_before = answered.load();
  while (answered.load() < answered_before + 50)
    std::this_thread::yield();  // still served while unready
  balanced.store(false);
  for (auto& client : clients) client.join();

  EXPECT_THAT(readiness,
              ::testing::AllOf(::testing::StartsWith("HTTP/1.1 503"), HasSubstr("draining")));
  EXPECT_EQ(failed.load(), 0);
  int status = 0;
  waitpid(app, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace chassis
