#include <algorithm>
#include <array>
#include <charconv>

#include "chassis/client.h"
#include "chassis/context.h"
#include "chassis/json.h"

namespace chassis {
namespace {

constexpr std::size_t problem_bytes_max = 64 * 1024;
constexpr std::size_t detail_max = 500;
constexpr std::size_t fields_max = 100;
constexpr std::string_view type_start = "urn:serai:problem:";
/// How a route for users answers a request without a caller; handlers have words of their own.
constexpr std::string_view chassis_sees_nobody = "sign in first";

struct Problem {
  std::string type;
  std::optional<std::string> detail;
  std::optional<std::vector<FieldError>> errors;
};

}  // namespace

template <>
struct Fields<FieldError> {
  static constexpr auto list =
      std::make_tuple(field("pointer", &FieldError::pointer, length(0, detail_max)),
                      field("detail", &FieldError::detail, length(0, detail_max)));
};

template <>
struct Fields<Problem> {
  static constexpr auto list =
      std::make_tuple(field("type", &Problem::type, length(1, 100)),
                      field("detail", &Problem::detail, length(0, detail_max)),
                      field("errors", &Problem::errors, length(0, fields_max)));
};

namespace {

std::optional<ErrorCode> code_of(int status) {
  constexpr std::array codes{ErrorCode::invalid,
                             ErrorCode::unauthenticated,
                             ErrorCode::payment_required,
                             ErrorCode::forbidden,
                             ErrorCode::not_found,
                             ErrorCode::method_not_allowed,
                             ErrorCode::conflict,
                             ErrorCode::length_required,
                             ErrorCode::precondition_failed,
                             ErrorCode::too_large,
                             ErrorCode::unsupported_media_type,
                             ErrorCode::key_reused,
                             ErrorCode::precondition_required,
                             ErrorCode::too_many_requests,
                             ErrorCode::internal,
                             ErrorCode::unavailable,
                             ErrorCode::timeout};
  const auto* const found = std::find_if(
      codes.begin(), codes.end(), [&](ErrorCode code) { return http_status(code) == status; });
  return found == codes.end() ? std::nullopt : std::optional{*found};
}

std::optional<Problem> problem_of(const Reply& reply) {
  const auto media = reply.headers.get("Content-Type");
  if (media.substr(0, media.find(';')) != "application/problem+json") return std::nullopt;
  if (reply.body.size() > problem_bytes_max) return std::nullopt;
  try {
    auto problem = from_json<Problem>(reply.body, Unknown::ignore);
    if (!problem.type.starts_with(type_start)) return std::nullopt;
    problem.type.erase(0, type_start.size());
    return problem;
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// Whether the peer does not believe this service, which is no fault of the one who asked: it sees
/// nobody where we named a caller, as it does when the tokens differ, or what answered is no
/// service.
bool between_services(int status, const std::optional<Problem>& problem) {
  if (status != 401 && status != 403) return false;
  if (!problem) return true;
  return problem->detail == chassis_sees_nobody && Context::current().caller.has_value();
}

void keep_retry_after(Error& error, const Reply& reply) {
  const auto text = reply.headers.get("Retry-After");
  int seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const auto read = problem == std::errc{} && end == text.data() + text.size();
  if (read && seconds >= 0 && seconds <= 86'400) error.retry_after(seconds);
}

}  // namespace

Error error_from(const Reply& reply, const std::string& peer) {
  auto problem = problem_of(reply);
  if (between_services(reply.status, problem)) {
    return {ErrorCode::internal, peer + " refused a call of this service"};
  }
  const auto code = code_of(reply.status);
  if (!problem || !code) return {ErrorCode::unavailable, peer + " gave no usable answer"};
  auto error = *code == ErrorCode::invalid && problem->errors && !problem->errors->empty()
                   ? Error{std::move(*problem->errors)}
                   : Error{*code, problem->detail.value_or(std::string{title(*code)})};
  if (is_word(problem->type) && problem->type != name(*code)) error.type(problem->type);
  keep_retry_after(error, reply);
  return error;
}

}  // namespace chassis
