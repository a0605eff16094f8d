#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace audit {

/// A peer on a port of its own. It closes each connection after its answer.
class FakePeer {
 public:
  struct Answer {
    int status = 200;  // 0: hangs up without an answer
    std::string body = "{}";
  };
  /// Makes the answer to a request, given its first line's target and its whole text.
  using Serve = std::function<Answer(const std::string& target, const std::string& request)>;

  explicit FakePeer(Serve serve) : serve_{std::move(serve)} {
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
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
    thread_ = std::thread{[this] { accept_all(); }};
  }

  ~FakePeer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  FakePeer(const FakePeer&) = delete;
  FakePeer& operator=(const FakePeer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<std::string> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void accept_all() {
    while (true) {
      const int peer = accept(socket_, nullptr, nullptr);
      if (peer < 0) return;
      answer(peer, read_request(peer));
      shutdown(peer, SHUT_WR);
      char rest = 0;
      while (recv(peer, &rest, 1, 0) > 0) {
      }
      close(peer);
    }
  }

  void answer(int peer, const std::string& request) {
    const auto from = request.find(' ') + 1;
    if (from == 0) return;
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(request);
    }
    const auto [status, body] =
        serve_(request.substr(from, request.find(' ', from) - from), request);
    if (status == 0) return;
    const auto text = "HTTP/1.1 " + std::to_string(status) +
                      " Word\r\nContent-Type: application/json\r\nConnection: close\r\n"
                      "Content-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body;
    for (std::size_t sent = 0; sent < text.size();) {
      const auto count = ::send(peer, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<std::size_t>(count);
    }
  }

  /// The head, and as much of a body as it announces.
  static std::string read_request(int peer) {
    std::string text;
    char piece[4096];
    while (true) {
      const auto end = text.find("\r\n\r\n");
      const auto at = text.find("Content-Length: ");
      const auto length = at < end ? std::stoul(text.substr(at + 16)) : 0;
      if (end != std::string::npos && text.size() >= end + 4 + length) return text;
      const auto count = recv(peer, piece, sizeof piece, 0);
      if (count <= 0) return text;
      text.append(piece, static_cast<std::size_t>(count));
    }
  }

  Serve serve_;
  int socket_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace audit
