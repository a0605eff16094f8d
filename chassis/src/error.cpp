#include "chassis/error.h"

#include <utility>

#include "chassis/json.h"

namespace chassis {
namespace {

std::string sentence(const std::vector<FieldError>& fields) {
  return fields.size() == 1 ? "one field is not valid"
                            : std::to_string(fields.size()) + " fields are not valid";
}

}  // namespace

Error::Error(std::vector<FieldError> fields)
    : std::runtime_error{sentence(fields)}, code_{ErrorCode::invalid}, fields_{std::move(fields)} {}

Error& Error::type(std::string type) {
  type_ = std::move(type);
  return *this;
}

Error& Error::retry_after(int seconds) {
  retry_after_ = seconds;
  return *this;
}

Error& Error::members(std::string json) {
  members_ = std::move(json);
  return *this;
}

std::string Error::type() const { return type_.empty() ? std::string{name(code_)} : type_; }

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return 400;
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::payment_required: return 402;
    case ErrorCode::forbidden: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::method_not_allowed: return 405;
    case ErrorCode::conflict: return 409;
    case ErrorCode::length_required: return 411;
    case ErrorCode::precondition_failed: return 412;
    case ErrorCode::too_large: return 413;
    case ErrorCode::unsupported_media_type: return 415;
    case ErrorCode::key_reused: return 422;
    case ErrorCode::precondition_required: return 428;
    case ErrorCode::too_many_requests: return 429;
    case ErrorCode::internal: return 500;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::timeout: return 504;
  }
  return 500;
}

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::payment_required: return "payment-required";
    case ErrorCode::forbidden: return "forbidden";
    case ErrorCode::not_found: return "not-found";
    case ErrorCode::method_not_allowed: return "method-not-allowed";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::length_required: return "length-required";
    case ErrorCode::precondition_failed: return "precondition-failed";
    case ErrorCode::too_large: return "too-large";
    case ErrorCode::unsupported_media_type: return "unsupported-media-type";
    case ErrorCode::key_reused: return "key-reused";
    case ErrorCode::precondition_required: return "precondition-required";
    case ErrorCode::too_many_requests: return "too-many-requests";
    case ErrorCode::internal: return "internal";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::timeout: return "timeout";
  }
  return "internal";
}

std::string_view title(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "Invalid request";
    case ErrorCode::unauthenticated: return "Not signed in";
    case ErrorCode::payment_required: return "Payment declined";
    case ErrorCode::forbidden: return "Not allowed";
    case ErrorCode::not_found: return "Not found";
    case ErrorCode::method_not_allowed: return "Method not allowed";
    case ErrorCode::conflict: return "Conflict";
    case ErrorCode::length_required: return "Length required";
    case ErrorCode::precondition_failed: return "Changed in the meantime";
    case ErrorCode::too_large: return "Too large";
    case ErrorCode::unsupported_media_type: return "Unsupported media type";
    case ErrorCode::key_reused: return "Idempotency key used for another request";
    case ErrorCode::precondition_required: return "Precondition required";
    case ErrorCode::too_many_requests: return "Too many requests";
    case ErrorCode::internal: return "Internal error";
    case ErrorCode::unavailable: return "Unavailable";
    case ErrorCode::timeout: return "Took too long";
  }
  return "Internal error";
}

std::string problem_json(const Error& error, std::string_view trace_id) {
  JsonWriter json;
  json.begin_object();
  json.key("type");
  json.text("urn:serai:problem:" + error.type());
  json.key("title");
  json.text(title(error.code()));
  json.key("status");
  json.integer(http_status(error.code()));
  json.key("detail");
  json.text(error.what());
  json.key("trace_id");
  json.text(trace_id);
  if (!error.fields().empty()) {
    json.key("errors");
    json.begin_array();
    for (const auto& field : error.fields()) {
      json.begin_object();
      json.key("pointer");
      json.text(field.pointer);
      json.key("detail");
      json.text(field.detail);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  auto text = json.take();
  if (!error.members().empty()) text.insert(text.size() - 1, "," + error.members());
  return text;
}

}  // namespace chassis
