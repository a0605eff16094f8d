#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "chassis/http.h"

namespace chassis {

/// What to write to the socket for a response: status line, headers, body. A HEAD gets no body,
/// but the Content-Length of what GET would have sent.
std::string wire_text(const Response& response, bool head, bool close);

/// Finds the end of a request's header section, and its target, in bytes that arrive in pieces.
class HeadScanner {
 public:
  /// Takes the next piece.
  void feed(std::string_view piece);
  void reset() { *this = HeadScanner{}; }

  /// All bytes since the last reset.
  std::size_t bytes() const { return bytes_; }
  /// Bytes of the request line and headers with their blank line; 0 while incomplete.
  std::size_t head_bytes() const { return head_bytes_; }
  /// The query of the request line as it came, without its question mark. Pistache keeps only one
  /// of several parameters with the same name (hazard 9).
  std::string_view query() const;

 private:
  void find_end(std::string_view piece);

  std::string request_line_;  // with its line feed once it is whole
  std::size_t bytes_ = 0;
  std::size_t head_bytes_ = 0;
  int matched_ = 0;  // how much of CR LF CR LF the last bytes are
};

}  // namespace chassis
