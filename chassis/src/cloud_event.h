#pragma once

#include <string>
#include <string_view>

#include "chassis/events.h"

namespace chassis {

/// An event as it travels: with the trace that it belongs to.
struct CloudEvent {
  Event event;
  std::string traceparent{};  // may be empty
};

/// CloudEvents 1.0, JSON, structured; `service` is who tells it.
std::string to_message(const CloudEvent& told, const std::string& service);

/// Throws Error{invalid} for what is no event of ours.
CloudEvent from_message(std::string_view json);

/// Whether the text is <service>.<what happened>: lower-case words.
bool is_event_type(std::string_view type);

/// Whether a type is meant by a pattern: itself, or "*.<what happened>".
bool means(std::string_view pattern, std::string_view type);

/// The NATS subject of a type or of a pattern.
std::string subject_of(std::string_view pattern);

}  // namespace chassis
