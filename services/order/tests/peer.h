#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace order {

/// A peer on a port of its own that answers as it is told to and remembers what it was asked. Each
/// connection carries one request.
class Peer {
 public:
  /// Makes the rest of the status line and the body: {"200 OK", "{}"}. An empty status breaks the
  /// connection off instead.
  using Answer = std::function<std::pair<std::string, std::string>(const std::string& request)>;

  explicit Peer(Answer answer) : answer_{std::move(answer)} {
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, plain, length) != 0 || listen(socket_, 16) != 0 ||
        getsockname(socket_, plain, &length) != 0) {
      throw std::runtime_error{"no port for a peer"};
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  Peer(std::string status, std::string body)
      : Peer{[status, body](const std::string&) {
          return std::pair{status, body};
        }} {}

  ~Peer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<std::string> requests() {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void serve() {
    for (int client = 0; (client = accept(socket_, nullptr, nullptr)) >= 0; close(client)) {
      const auto request = received(client);
      if (request.empty()) continue;
      {
        const std::lock_guard lock{mutex_};
        requests_.push_back(request);
      }
      const auto [status, body] = answer_(request);
      if (!status.empty()) answer(client, status, body);
    }
  }

  static void answer(int client, const std::string& status, const std::string& body) {
    const std::string type = status[0] == '2' ? "json" : "problem+json";
    const auto text = "HTTP/1.1 " + status + "\r\nContent-Type: application/" + type +
                      "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                      "\r\n\r\n" + body;
    send(client, text.data(), text.size(), MSG_NOSIGNAL);
    shutdown(client, SHUT_WR);
    char rest = 0;
    while (recv(client, &rest, 1, 0) > 0) {
    }
  }

  /// A request's head and body.
  static std::string received(int client) {
    std::string text;
    char piece[4096];
    for (;;) {
      const auto end = text.find("\r\n\r\n");
      const auto at = text.find("Content-Length: ");
      const auto length = at < end ? std::stoul(text.substr(at + 16)) : 0;
      if (end != std::string::npos && text.size() >= end + 4 + length) return text;
      const auto count = recv(client, piece, sizeof piece, 0);
      if (count <= 0) return text;
      text.append(piece, static_cast<std::size_t>(count));
    }
  }

  Answer answer_;
  int socket_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace order
