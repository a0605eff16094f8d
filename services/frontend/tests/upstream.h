#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace frontend {

/// A peer on a port of its own that gives one answer to whatever it is asked, and remembers what
/// that was. It closes each connection after its answer.
class Upstream {
 public:
  /// `answer` makes the status line's rest and the body of a request's head and body:
  /// {"200 OK", "{}"}.
  using Answer = std::function<std::pair<std::string, std::string>(const std::string& request)>;

  explicit Upstream(Answer answer) : answer_{std::move(answer)} {
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

  ~Upstream() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<std::string> requests() {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void serve() {
    for (;;) {
      const int peer = accept(socket_, nullptr, nullptr);
      if (peer < 0) {
        return;
      }
      const auto request = read_request(peer);
      {
        const std::lock_guard lock{mutex_};
        requests_.push_back(request);
      }
      const auto [status, body] = answer_(request);
      const std::string type = status[0] == '2' ? "json" : "problem+json";
      const auto text = "HTTP/1.1 " + status + "\r\nContent-Type: application/" + type + "\r\n" +
                        "Connection: close\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body;
      (void)::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
      shutdown(peer, SHUT_WR);
      char rest = 0;
      while (recv(peer, &rest, 1, 0) > 0) {
      }
      close(peer);
    }
  }

  /// The head, and as much of a body as it announces.
  static std::string read_request(int peer) {
    std::string text;
    char piece[4096];
    for (;;) {
      const auto end = text.find("\r\n\r\n");
      const auto at = text.find("Content-Length: ");
      const auto length = at < end ? std::stoul(text.substr(at + 16)) : 0;
      if (end != std::string::npos && text.size() >= end + 4 + length) {
        return text;
      }
      const auto count = recv(peer, piece, sizeof piece, 0);
      if (count <= 0) {
        return text;
      }
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

}  // namespace frontend
