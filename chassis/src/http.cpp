#include "chassis/http.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <stdexcept>

#include "chassis/id.h"
#include "chassis/log.h"

namespace chassis {
namespace {

bool same_letters(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Well-formed UTF-8 (RFC 3629, section 4): no overlong forms, no surrogates, no NUL.
bool is_text(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead == 0) return false;
    const std::size_t more = lead < 0x80   ? 0
                             : lead < 0xC2 ? 9
                             : lead < 0xE0 ? 1
                             : lead < 0xF0 ? 2
                             : lead < 0xF5 ? 3
                                           : 9;
    if (more == 9 || bytes.size() - i <= more) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(bytes[i + k]);
      unsigned least = 0x80;
      unsigned most = 0xBF;
      if (k == 1 && lead == 0xE0) least = 0xA0;
      if (k == 1 && lead == 0xED) most = 0x9F;
      if (k == 1 && lead == 0xF0) least = 0x90;
      if (k == 1 && lead == 0xF4) most = 0x8F;
      if (next < least || next > most) return false;
    }
    i += more + 1;
  }
  return true;
}

Error bad_parameter(std::string_view name, const std::string& detail) {
  return Error{{{"?" + std::string{name}, detail}}};
}

void require_access(const Route& route, const Request& request) {
  switch (route.access) {
    case Access::anyone: return;
    case Access::internal:
      if (!request.internal) throw Error{ErrorCode::not_found, "there is nothing here"};
      return;
    case Access::user: request.caller(); return;
    case Access::admin:
      if (!request.caller().has_role("admin")) {
        throw Error{ErrorCode::forbidden, "only administrators may do this"};
      }
      return;
  }
}

}  // namespace

std::string_view name(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::del: return "DELETE";
  }
  return "GET";
}

void Headers::add(std::string name, std::string value) {
  list_.emplace_back(std::move(name), std::move(value));
}

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [key, value] : list_) {
    if (same_letters(key, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::any_of(list_.begin(), list_.end(),
                     [&](const auto& header) { return same_letters(header.first, name); });
}

// --- query

void Query::add(std::string name, std::string value) {
  list_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string> Query::text(std::string_view name, std::size_t length_max) const {
  const std::string* found = nullptr;
  for (const auto& [key, value] : list_) {
    if (key != name) continue;
    if (found != nullptr) throw bad_parameter(name, "is given more than once");
    found = &value;
  }
  if (found == nullptr) return std::nullopt;
  if (found->size() > length_max) {
    throw bad_parameter(name, "must have at most " + std::to_string(length_max) + " bytes");
  }
  return *found;
}

std::optional<std::int64_t> Query::integer(std::string_view name, std::int64_t least,
                                           std::int64_t most) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const auto* end = value->data() + value->size();
  const auto parsed = std::from_chars(value->data(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end || number < least || number > most) {
    throw bad_parameter(name, "must be a whole number from " + std::to_string(least) + " to " +
                                  std::to_string(most));
  }
  return number;
}

std::optional<std::string> Query::one_of(std::string_view name,
                                         std::initializer_list<std::string_view> allowed) const {
  auto value = text(name);
  if (!value) return std::nullopt;
  if (std::find(allowed.begin(), allowed.end(), *value) == allowed.end()) {
    std::string list;
    for (const auto word : allowed) list += (list.empty() ? "" : ", ") + std::string{word};
    throw bad_parameter(name, "must be one of " + list);
  }
  return value;
}

void Query::only(std::initializer_list<std::string_view> known) const {
  std::vector<FieldError> errors;
  for (const auto& [key, value] : list_) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      errors.push_back({"?" + key, "is not a known parameter"});
    }
  }
  if (!errors.empty()) throw Error{std::move(errors)};
}

// --- request

const std::string& Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  throw std::logic_error{"the route has no parameter " + std::string{name}};
}

const std::string& Request::uuid(std::string_view name) const {
  const auto& value = parameter(name);
  if (!is_uuid(value)) throw Error{ErrorCode::not_found, "there is nothing with this id"};
  return value;
}

const Caller& Request::caller() const {
  if (!context.caller) throw Error{ErrorCode::unauthenticated, "sign in first"};
  return *context.caller;
}

std::string Request::cookie(std::string_view name) const {
  std::string_view left = headers.get("Cookie");
  while (!left.empty()) {
    const auto end = left.find(';');
    auto pair = left.substr(0, end);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return std::string{pair.substr(equals + 1)};
    }
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 1);
  }
  return {};
}

const std::string& json_body(const Request& request) {
  auto type = request.headers.get("Content-Type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (!same_letters(type, "application/json") &&
      !same_letters(type, "application/merge-patch+json")) {
    throw Error{ErrorCode::unsupported_media_type, "send the body as application/json"};
  }
  return request.body;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!is_text(decoded)) return std::nullopt;
  return decoded;
}

std::string percent_encoded(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

Query query_fields(std::string_view text) {
  Query fields;
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    const auto equals = pair.find('=');
    auto key = percent_decoded(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string{}
                                                  : percent_decoded(pair.substr(equals + 1), true);
    if (!key || !value)
      throw Error{ErrorCode::invalid, "the query or form holds a malformed escape"};
    if (!pair.empty()) fields.add(std::move(*key), std::move(*value));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return fields;
}

Query form_fields(const Request& request) {
  auto type = request.headers.get("Content-Type");
  type = type.substr(0, type.find(';'));
  if (!same_letters(type, "application/x-www-form-urlencoded")) {
    throw Error{ErrorCode::unsupported_media_type,
                "send the form as application/x-www-form-urlencoded"};
  }
  return query_fields(request.body);
}

// --- response

Response ok(std::string json) { return {200, std::move(json)}; }

Response created(std::string location, std::string json) {
  return {201, std::move(json), "application/json", {{"Location", std::move(location)}}};
}

Response accepted(std::string json) { return {202, std::move(json)}; }

Response no_content() { return {204, {}, {}}; }

Response html(std::string text, int status) {
  return {status, std::move(text), "text/html; charset=utf-8"};
}

Response see_other(std::string location) {
  return {303, {}, {}, {{"Location", std::move(location)}}};
}

Response with_etag(const Request& request, Response response, std::string_view etag) {
  response.headers.add("ETag", std::string{etag});
  if (request.method != Method::get || response.status != 200) return response;
  // Weak comparison (RFC 9110, section 13.1.2).
  const auto opaque = [](std::string_view tag) {
    return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag;
  };
  std::string_view left = request.headers.get("If-None-Match");
  while (!left.empty()) {
    const auto end = left.find(',');
    auto tag = left.substr(0, end);
    while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
    while (!tag.empty() && tag.back() == ' ') tag.remove_suffix(1);
    if (tag == "*" || opaque(tag) == opaque(etag)) {
      response.status = 304;
      response.body.clear();
      response.content_type.clear();
      return response;
    }
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 1);
  }
  return response;
}

std::string etag_of(std::int64_t version) { return "\"" + std::to_string(version) + "\""; }

std::optional<std::int64_t> if_match(const Request& request) {
  const auto header = request.headers.get("If-Match");
  if (header.empty()) {
    throw Error{ErrorCode::precondition_required, "send If-Match with the ETag of what you saw"};
  }
  if (header == "*") return std::nullopt;
  std::int64_t version = 0;
  const bool quoted = header.size() > 2 && header.front() == '"' && header.back() == '"';
  const auto* end = header.data() + header.size() - 1;
  if (quoted) {
    const auto parsed = std::from_chars(header.data() + 1, end, version);
    if (parsed.ec == std::errc{} && parsed.ptr == end) return version;
  }
  throw Error{ErrorCode::precondition_failed, "it has changed since you saw it"};
}

Routes operator+(Routes left, Routes right) {
  for (auto& route : right) left.push_back(std::move(route));
  return left;
}

Response problem(const Error& error, const Trace& trace) {
  Response response{http_status(error.code()), problem_json(error, trace.trace_id),
                    "application/problem+json"};
  if (error.retry_after())
    response.headers.add("Retry-After", std::to_string(*error.retry_after()));
  if (error.code() == ErrorCode::unauthenticated)
    response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

namespace {

/// Runs `work` and turns whatever it throws into a problem document (hazards 4 and 5).
template <typename Work>
std::optional<Response> guarded(const Route& route, const Request& request,
                                const Work& work) noexcept {
  try {
    require_access(route, request);
    std::optional<Response> response = work();
    if (response && response->body.size() > route.answer_max)
      throw std::length_error{"the answer is too large"};
    return response;
  } catch (const Error& error) {
    return problem(error, request.context.trace);
  } catch (const std::exception& error) {
    log::error("handler failed", {{"route", route.path}, {"what", error.what()}});
  } catch (...) {
    log::error("handler threw what is no exception", {{"route", route.path}});
  }
  return problem(Error{ErrorCode::internal, "something went wrong on our side"},
                 request.context.trace);
}

}  // namespace

Response answer(const Route& route, const Request& request) noexcept {
  return *guarded(route, request, [&] { return route.handler(request); });
}

std::optional<Response> answer_fast(const Route& route, const Request& request) noexcept {
  return guarded(route, request, [&] { return route.fast(request); });
}

}  // namespace chassis
