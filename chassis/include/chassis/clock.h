#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace chassis {

/// Wall-clock time in UTC, to the microsecond (what PostgreSQL keeps).
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// Time that a test can set. Services ask it instead of the system; the database's now() stays the
/// judge of what two replicas must agree on.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

/// The system's clock.
const Clock& system_clock();

/// "2026-11-21T08:15:30.123456Z" (RFC 3339).
std::string to_text(Time time);

/// Reads RFC 3339 in UTC ("Z"), or what PostgreSQL writes for a timestamptz in UTC ("+00").
/// Throws Error{invalid} for anything else.
Time to_time(std::string_view text);

class JsonWriter;
class JsonValue;

namespace detail {

/// How a Time stands in JSON (json.h): as its text.
template <typename T>
struct JsonForm;
template <>
struct JsonForm<Time> {
  static void write(JsonWriter& json, Time time);
  static void read(const JsonValue& json, Time& time);
};

}  // namespace detail

}  // namespace chassis
