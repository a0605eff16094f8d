// Hazard 3 of Pistache: a client that does not read makes its event loop spin. Loopback hides it,
// because its buffers grow by themselves, so this test crosses a pair of virtual Ethernet devices
// (MTU 1500) between two network namespaces of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>

#include "raw_client.h"
#include "server.h"

namespace chassis {
namespace {

using testing::RawClient;

constexpr std::uint16_t port = 8080;
constexpr auto server_address = "10.201.7.1";

void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// A network namespace, in a user namespace of its own unless we are root already.
void leave_network() {
  const auto user = getuid();
  if (user == 0) {
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    return;
  }
  ASSERT_EQ(unshare(CLONE_NEWUSER | CLONE_NEWNET), 0)
      << "allow unprivileged user namespaces, or run as root";
  std::ofstream{"/proc/self/setgroups"} << "deny";
  std::ofstream{"/proc/self/uid_map"} << "0 " << user << " 1";
}

/// Runs `work` in a process of its own and returns whether its expectations held.
bool in_child(const std::function<void()>& work) {
  const auto child = fork();
  if (child == 0) {
    work();
    std::_Exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// More than any buffer between server and client holds; a real answer is at most answer_bytes_max.
constexpr std::size_t answer_bytes = 1'000'000;

/// The client's side: asks for a large answer, waits until some of it is there, reads none of it,
/// and stays until `from_server` is closed.
void ask_and_never_read(int to_server, int from_server) {
  RawClient client{port, server_address};
  client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n");
  char byte = 0;
  if (recv(client.descriptor(), &byte, 1, MSG_PEEK) != 1) std::_Exit(1);
  if (write(to_server, &byte, 1) != 1 || read(from_server, &byte, 1) != 0) std::_Exit(1);
}

void serve_a_reader_that_does_not_read() {
  leave_network();
  int to_server[2];
  int to_client[2];
  ASSERT_EQ(pipe(to_server), 0);
  ASSERT_EQ(pipe(to_client), 0);
  const auto client = fork();
  if (client == 0) {
    char byte = 0;
    close(to_client[1]);
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    if (write(to_server[1], "n", 1) != 1 || read(to_client[0], &byte, 1) != 1) std::_Exit(1);
    ask_and_never_read(to_server[1], to_client[0]);
    std::_Exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(to_server[0], &byte, 1), 1);  // the client has its namespace
  const auto pid = std::to_string(client);
  run("ip link set lo up");
  run("ip link add near type veth peer name far netns " + pid);
  run(std::string{"ip addr add "} + server_address + "/24 dev near && ip link set near up");
  run("nsenter -t " + pid + " -n ip addr add 10.201.7.2/24 dev far");
  run("nsenter -t " + pid + " -n ip link set far up");

  ServerSettings settings;
  settings.host = "0.0.0.0";
  settings.port = port;
  Route large{Method::get, "/large", Access::anyone, [](const Request&) {
                return Response{200, std::string(answer_bytes, 'x'), "text/plain"};
              }};
  large.answer_max = answer_bytes;
  Server server{
      settings,
      {large, {Method::get, "/hello", Access::anyone, [](const Request&) { return ok("1"); }}}};
  server.start();
  server.open();
  ASSERT_EQ(write(to_client[1], "s", 1), 1);
  ASSERT_EQ(read(to_server[0], &byte, 1), 1);  // the client has asked, and got a part of its answer
  while (server.in_flight() > 0) sched_yield();

  // A spinning event loop takes the whole of the time that passes here; a sound one next to none.
  const auto cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  const auto wall = seconds(CLOCK_MONOTONIC);
  const timespec window{1, 0};
  nanosleep(&window, nullptr);
  EXPECT_LT((seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (seconds(CLOCK_MONOTONIC) - wall), 0.25);

  RawClient other{port};
  other.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_THAT(other.answer(), ::testing::EndsWith("\r\n\r\n1"));
  close(to_client[1]);
  int status = 0;
  waitpid(client, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(SlowReader, a_client_that_does_not_read_costs_no_cpu_and_delays_nobody) {
  EXPECT_TRUE(in_child(serve_a_reader_that_does_not_read));
}

}  // namespace
}  // namespace chassis
