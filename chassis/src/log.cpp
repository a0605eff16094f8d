#include "chassis/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "chassis/clock.h"
#include "chassis/context.h"
#include "chassis/json.h"

namespace chassis::log {
namespace {

/// The service's name and spdlog's logger, which writes a line at once and locks for it.
struct Output {
  std::string service = "unnamed";
  std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("serai",
                                                 std::make_shared<spdlog::sinks::stdout_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
};

Output& output() {
  static auto* const kept = new Output;  // never destroyed: threads may log while the process ends
  return *kept;
}

void write(spdlog::level::level_enum level, const char* word, std::string_view event,
           const Fields& fields) {
  auto& out = output();
  if (!out.logger->should_log(level)) return;
  JsonWriter json;
  json.begin_object();
  json.key("time");
  json.text(to_text(system_clock().now()));
  json.key("level");
  json.text(word);
  json.key("service");
  json.text(out.service);
  json.key("event");
  json.text(event);
  if (const auto& trace = Context::current().trace; !trace.trace_id.empty()) {
    json.key("trace_id");
    json.text(trace.trace_id);
  }
  for (const auto& field : fields) {
    json.key(field.name);
    std::visit([&](const auto& value) { detail::write(json, value); }, field.value);
  }
  json.end_object();
  out.logger->log(level, json.take());
}

}  // namespace

void start(std::string_view service, std::string_view level) {
  output().service = service;
  output().logger->set_level(spdlog::level::from_str(std::string{level}));
}

bool debug_enabled() { return output().logger->should_log(spdlog::level::debug); }

void debug(std::string_view event, Fields fields) {
  write(spdlog::level::debug, "debug", event, fields);
}
void info(std::string_view event, Fields fields) {
  write(spdlog::level::info, "info", event, fields);
}
void warning(std::string_view event, Fields fields) {
  write(spdlog::level::warn, "warning", event, fields);
}
void error(std::string_view event, Fields fields) {
  write(spdlog::level::err, "error", event, fields);
}

}  // namespace chassis::log
