#include "cloud_event.h"

#include <algorithm>
#include <optional>

#include "chassis/id.h"
#include "chassis/json.h"

namespace chassis {
namespace {

constexpr std::size_t text_length_max = 200;

struct Envelope {
  std::string specversion = "1.0";
  std::string id;
  std::string source;
  std::string type;
  std::string subject;
  Time time;
  std::optional<std::string> traceparent;
  std::optional<std::string> person;
  std::string datacontenttype = "application/json";
  RawJson data;
};

bool is_word(std::string_view word) {
  return !word.empty() && word.size() <= text_length_max && word.front() >= 'a' &&
         word.front() <= 'z' && std::all_of(word.begin(), word.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                  letter == '_';
         });
}

bool is_version(std::string_view text) { return text == "1.0"; }
bool is_json(std::string_view text) { return text == "application/json"; }

}  // namespace

template <>
struct Fields<Envelope> {
  static constexpr auto list = std::make_tuple(
      field("specversion", &Envelope::specversion, matches(is_version, "1.0")),
      field("id", &Envelope::id, uuid),
      field("source", &Envelope::source, length(1, text_length_max)),
      field("type", &Envelope::type, matches(is_event_type, "a type such as order.confirmed")),
      field("subject", &Envelope::subject, length(1, text_length_max)),
      field("time", &Envelope::time), field("traceparent", &Envelope::traceparent),
      field("person", &Envelope::person, uuid),
      field("datacontenttype", &Envelope::datacontenttype, matches(is_json, "application/json")),
      field("data", &Envelope::data));
};

std::string to_message(const CloudEvent& told, const std::string& service) {
  const auto& event = told.event;
  Envelope envelope{.id = event.id,
                    .source = "urn:serai:" + service,
                    .type = event.type,
                    .subject = event.subject,
                    .time = event.time,
                    .traceparent = {},
                    .person = {},
                    .data = {event.data}};
  if (!told.traceparent.empty()) envelope.traceparent = told.traceparent;
  if (!event.person.empty()) envelope.person = event.person;
  return to_json(envelope);
}

CloudEvent from_message(std::string_view json) {
  auto envelope = from_json<Envelope>(json, Unknown::ignore);
  if (!envelope.data.text.starts_with('{')) {
    throw Error{{FieldError{"/data", "must be an object"}}};
  }
  return {.event = {.id = std::move(envelope.id),
                    .type = std::move(envelope.type),
                    .subject = std::move(envelope.subject),
                    .person = envelope.person.value_or(""),
                    .time = envelope.time,
                    .data = std::move(envelope.data.text)},
          .traceparent = envelope.traceparent.value_or("")};
}

bool is_event_type(std::string_view type) {
  const auto dot = type.find('.');
  return dot != std::string_view::npos && is_word(type.substr(0, dot)) &&
         is_word(type.substr(dot + 1));
}

bool means(std::string_view pattern, std::string_view type) {
  if (!pattern.starts_with("*.")) return pattern == type;
  const auto dot = type.find('.');
  return dot != std::string_view::npos && type.substr(dot) == pattern.substr(1);
}

std::string subject_of(std::string_view pattern) { return "serai." + std::string{pattern} + ".v1"; }

}  // namespace chassis
