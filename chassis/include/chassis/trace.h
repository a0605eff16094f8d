#pragma once

#include <string>
#include <string_view>

namespace chassis {

/// A place in a distributed trace (W3C Trace Context, level 1): who asked (trace_id) and which step
/// this is (span_id), both in lower-case hexadecimal.
struct Trace {
  std::string trace_id;   // 32 digits, not all zero
  std::string span_id;    // 16 digits, not all zero
  std::string parent_id;  // the caller's span; empty at the start of a trace
  bool sampled = false;

  /// Continues the trace of a `traceparent` header with a new span, or starts a new trace when the
  /// header is empty or malformed.
  static Trace from_header(std::string_view traceparent);

  /// The `traceparent` to send on: this span is the parent of what the peer does.
  std::string header() const;
};

}  // namespace chassis
