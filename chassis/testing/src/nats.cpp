#include "chassis/testing/nats.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

namespace chassis::testing {
namespace {

constexpr std::chrono::seconds start_max{10};

sockaddr_in address_of(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = address_of(0);
  socklen_t length = sizeof address;
  const bool found = bind(socket, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                     getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  close(socket);
  if (!found) throw std::runtime_error{"no port is free"};
  return ntohs(address.sin_port);
}

/// Whether a server greets there.
bool greets(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(port);
  std::array<char, 5> greeting{};
  const bool connected =
      connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const auto count = connected ? recv(socket, greeting.data(), greeting.size(), MSG_WAITALL) : 0;
  close(socket);
  return count == static_cast<ssize_t>(greeting.size());
}

}  // namespace

TestNats::TestNats() : port_{free_port()} {
  auto pattern = (std::filesystem::temp_directory_path() / "serai-nats-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no folder for NATS"};
  folder_ = pattern;
  log_ = folder_ + ".log";
  start();
}

TestNats::~TestNats() {
  if (process_ != 0) kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  std::filesystem::remove(log_, ignored);
}

std::string TestNats::url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

void TestNats::start() {
  const std::vector<std::string> words{
      "nats-server", "-a",  "127.0.0.1", "-p", std::to_string(port_),
      "-js",         "-sd", folder_,     "-l", log_};
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  const auto give_up = std::chrono::steady_clock::now() + start_max;
  while (!greets(port_)) {
    if (waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = 0;
      throw std::runtime_error{"nats-server does not start: is it installed?"};
    }
    if (std::chrono::steady_clock::now() > give_up) {
      throw std::runtime_error{"nats-server does not answer"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

void TestNats::end(int signal) {
  ::kill(process_, signal);
  waitpid(process_, nullptr, 0);
  process_ = 0;
}

void TestNats::stop() { end(SIGTERM); }
void TestNats::kill() { end(SIGKILL); }
void TestNats::pause() const { ::kill(process_, SIGSTOP); }
void TestNats::resume() const { ::kill(process_, SIGCONT); }

void TestNats::erase() const {
  for (const auto& entry : std::filesystem::directory_iterator{folder_}) {
    std::filesystem::remove_all(entry);
  }
}

}  // namespace chassis::testing
