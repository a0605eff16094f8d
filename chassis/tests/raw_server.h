#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace chassis::testing {

/// A peer that answers as a test wants it to, byte by byte, on a port of its own at 127.0.0.1, or
/// at another address of the loopback network.
class RawServer {
 public:
  /// One accepted connection.
  class Connection {
   public:
    explicit Connection(int descriptor) : descriptor_{descriptor} {}
    /// Whether the client still takes it.
    bool send(std::string_view bytes) {
      while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
      return true;
    }
    /// Ends it after what was sent.
    void close() {
      ::shutdown(descriptor_, SHUT_RDWR);
      open_ = false;
    }
    bool open() const { return open_; }

    /// The next whole request; empty when the client has closed.
    std::string read_request() {
      std::size_t end = std::string::npos;
      while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!more()) return {};
      }
      const auto whole = end + 4 + content_length(std::string_view{buffer_}.substr(0, end));
      while (buffer_.size() < whole) {
        if (!more()) return {};
      }
      auto request = buffer_.substr(0, whole);
      buffer_.erase(0, whole);
      return request;
    }

   private:
    bool more() {
      char bytes[4096];
      const auto count = ::recv(descriptor_, bytes, sizeof bytes, 0);
      if (count > 0) buffer_.append(bytes, static_cast<std::size_t>(count));
      return count > 0;
    }
    static std::size_t content_length(std::string_view head) {
      constexpr std::string_view name = "Content-Length: ";
      const auto at = head.find(name);
      std::size_t length = 0;
      if (at != std::string_view::npos) {
        std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
      }
      return length;
    }

    int descriptor_;
    bool open_ = true;
    std::string buffer_;
  };

  /// Answers one request; `number` counts all requests from 1.
  using Serve = std::function<void(Connection&, const std::string& request, int number)>;

  explicit RawServer(Serve serve, const std::string& address = "127.0.0.1", std::uint16_t port = 0)
      : serve_{std::move(serve)} {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = ::inet_addr(address.c_str());
    at.sin_port = htons(port);
    socklen_t size = sizeof at;
    if (::bind(listening_, reinterpret_cast<const sockaddr*>(&at), size) != 0 ||
        ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
      throw std::runtime_error{"cannot listen"};
    }
    port_ = ntohs(at.sin_port);
    accepting_ = std::thread{[this] { accept_all(); }};
  }

  ~RawServer() {
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
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<std::string> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }
  std::size_t request_count() const { return requests().size(); }
  std::size_t connection_count() const {
    const std::lock_guard lock{mutex_};
    return descriptors_.size();
  }
  /// Returns once so many requests have arrived; false when they do not.
  bool await_requests(std::size_t count) const {
    std::unique_lock lock{mutex_};
    return arrived_.wait_for(lock, std::chrono::seconds{20},
                             [&] { return requests_.size() >= count; });
  }

 private:
  void accept_all() {
    while (true) {
      const int descriptor = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) return;
      const std::lock_guard lock{mutex_};
      descriptors_.push_back(descriptor);
      threads_.emplace_back([this, descriptor] { serve_all(descriptor); });
    }
  }

  void serve_all(int descriptor) {
    Connection connection{descriptor};
    while (connection.open()) {
      const auto request = connection.read_request();
      if (request.empty()) break;
      int number = 0;
      {
        const std::lock_guard lock{mutex_};
        requests_.push_back(request);
        number = static_cast<int>(requests_.size());
      }
      arrived_.notify_all();
      serve_(connection, request, number);
    }
    ::shutdown(descriptor, SHUT_RDWR);
  }

  Serve serve_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::vector<std::string> requests_;
  std::vector<int> descriptors_;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

/// A whole answer with its length.
inline std::string http_answer(int status, std::string_view body = "",
                               std::string_view headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " Word\r\n" + std::string{headers} +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

}  // namespace chassis::testing
