#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace chassis {

/// One JSON line an event on standard output: time, level, service, event, trace_id (of the
/// current Context), then the fields. Never log a secret, card number, password, token or the text
/// of an e-mail.
namespace log {

struct Field {
  std::string_view name;
  std::variant<std::string, std::int64_t, double, bool> value;

  Field(std::string_view n, std::string_view v) : name{n}, value{std::string{v}} {}
  Field(std::string_view n, const char* v) : name{n}, value{std::string{v}} {}
  Field(std::string_view n, const std::string& v) : name{n}, value{v} {}
  Field(std::string_view n, bool v) : name{n}, value{v} {}
  Field(std::string_view n, int v) : name{n}, value{std::int64_t{v}} {}
  Field(std::string_view n, std::int64_t v) : name{n}, value{v} {}
  Field(std::string_view n, std::size_t v) : name{n}, value{static_cast<std::int64_t>(v)} {}
  Field(std::string_view n, double v) : name{n}, value{v} {}
};
using Fields = std::initializer_list<Field>;

/// `level` is debug, info, warning, error or off. Call once, before the first thread.
void start(std::string_view service, std::string_view level);
bool debug_enabled();

/// `event` is a short constant sentence without values: "request failed".
void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warning(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace log
}  // namespace chassis
