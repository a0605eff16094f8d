#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace payment {

/// A server on a port of its own that answers byte by byte, as no web service would.
class FaultServer {
 public:
  /// One connection with one request read.
  class Connection {
   public:
    explicit Connection(int descriptor) : descriptor_{descriptor} {}

    /// Whether the client still takes it.
    bool send(std::string_view bytes) const {
      while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
      return true;
    }
    /// A whole answer of JSON.
    void answer(int status, const std::string& json, const char* type = "application/json") const {
      send("HTTP/1.1 " + std::to_string(status) + " Word\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json);
    }
    /// Waits until the client has gone.
    void await_end() const {
      char byte = 0;
      while (::recv(descriptor_, &byte, 1, 0) > 0) {
      }
    }

   private:
    int descriptor_;
  };

  using Serve = std::function<void(const Connection& connection, const std::string& request)>;

  explicit FaultServer(Serve serve) : serve_{std::move(serve)} {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const address = reinterpret_cast<sockaddr*>(&at);
    if (::bind(listening_, address, size) != 0 || ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, address, &size) != 0) {
      throw std::runtime_error{"cannot listen"};
    }
    port_ = ntohs(at.sin_port);
    accepting_ = std::thread{[this] { accept_all(); }};
  }

  ~FaultServer() {
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    {
      const std::lock_guard lock{mutex_};
      for (const int descriptor : descriptors_) ::shutdown(descriptor, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    for (const int descriptor : descriptors_) ::close(descriptor);
    ::close(listening_);
  }
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void accept_all() {
    for (;;) {
      const int descriptor = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) return;
      const std::lock_guard lock{mutex_};
      descriptors_.push_back(descriptor);
      threads_.emplace_back([this, descriptor] { serve_one(descriptor); });
    }
  }

  void serve_one(int descriptor) {
    const auto request = read_request(descriptor);
    if (!request.empty()) {
      {
        const std::lock_guard lock{mutex_};
        requests_.push_back(request);
      }
      serve_(Connection{descriptor}, request);
    }
    ::shutdown(descriptor, SHUT_RDWR);
  }

  static std::string read_request(int descriptor) {
    std::string text;
    char bytes[4096];
    for (;;) {
      const auto end = text.find("\r\n\r\n");
      if (end != std::string::npos && text.size() >= end + 4 + length_of(text)) return text;
      const auto count = ::recv(descriptor, bytes, sizeof bytes, 0);
      if (count <= 0) return {};
      text.append(bytes, static_cast<std::size_t>(count));
    }
  }

  static std::size_t length_of(const std::string& request) {
    constexpr std::string_view name = "Content-Length: ";
    std::size_t length = 0;
    const auto at = request.find(name);
    if (at != std::string::npos) {
      std::from_chars(request.data() + at + name.size(), request.data() + request.size(), length);
    }
    return length;
  }

  Serve serve_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<int> descriptors_;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace payment
