#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace chassis::testing {

/// One TCP connection to 127.0.0.1, as rude as a test wants it to be.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, const char* address = "127.0.0.1") {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    inet_pton(AF_INET, address, &to.sin_addr);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      ::close(descriptor_);
      throw std::runtime_error{"cannot connect"};
    }
    const timeval patience{20, 0};  // a lost answer fails the test instead of hanging it
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~RawClient() { ::close(descriptor_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// The next whole answer, its head and body; what came until then when the server closes.
  std::string answer(bool head_only = false) {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return take(buffer_.size());
    }
    const auto whole = end + 4 + (head_only ? 0 : content_length(buffer_.substr(0, end)));
    while (buffer_.size() < whole) {
      if (!more()) return take(buffer_.size());
    }
    return take(whole);
  }

  /// Whether the server has closed: nothing more comes.
  bool closed() { return buffer_.empty() && !more(); }

  /// Closes with a reset: the server's descriptor is free at once.
  void reset() {
    const linger now{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  int descriptor() const { return descriptor_; }

 private:
  static std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "Content-Length: ";
    const auto at = head.find(name);
    std::size_t length = 0;
    if (at != std::string_view::npos)
      std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return length;
  }

  bool more() {
    char bytes[16'384];
    const auto got = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  std::string take(std::size_t bytes) {
    auto taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
  }

  int descriptor_ = -1;
  std::string buffer_;
};

}  // namespace chassis::testing
