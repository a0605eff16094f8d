#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chassis/context.h"
#include "chassis/error.h"

namespace chassis {

enum class Method { get, post, put, patch, del };
std::string_view name(Method method);  // "GET"

constexpr std::size_t body_bytes_max = 64 * 1024;  // of a request, unless its route says otherwise
constexpr std::size_t answer_bytes_max = 128 * 1024;  // of an answer: see README, Pistache hazard 3

/// Names and values in the order they came; names of headers compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> list) : list_{list} {}

  void add(std::string name, std::string value);
  /// Empty when there is no such header.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

/// The query, percent-decoded. Every typed getter throws Error{invalid} naming the parameter.
class Query {
 public:
  Query() = default;
  Query(std::initializer_list<std::pair<std::string, std::string>> list) : list_{list} {}

  void add(std::string name, std::string value);
  std::optional<std::string> text(std::string_view name, std::size_t length_max = 200) const;
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                      std::int64_t most) const;
  std::optional<std::string> one_of(std::string_view name,
                                    std::initializer_list<std::string_view> allowed) const;
  /// Refuses parameters that are not in `known`.
  void only(std::initializer_list<std::string_view> known) const;
  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

/// One request, read in full. A plain value, so a test builds one without a socket.
struct Request {
  Method method = Method::get;
  std::string path;                                             // percent-decoded once, per segment
  std::vector<std::pair<std::string, std::string>> parameters;  // of the route's template, decoded
  Query query;
  Headers headers;
  std::string body;
  Context context;
  bool internal = false;  // carried the installation's token

  /// A parameter of the route's template; a programming error when the template lacks it.
  const std::string& parameter(std::string_view name) const;
  /// The same, as a UUID. Throws Error{not_found} when it is none: no such thing can exist.
  const std::string& uuid(std::string_view name) const;
  /// The caller of a route with Access::user or more; throws Error{unauthenticated} without one.
  const Caller& caller() const;
  /// The value of a cookie; empty without one.
  std::string cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  Headers headers{};  // a repeated name (Set-Cookie) is sent as often
};

Response ok(std::string json);
Response created(std::string location, std::string json);
Response accepted(std::string json);
Response no_content();
Response html(std::string text, int status = 200);
/// 303: look there with GET.
Response see_other(std::string location);

/// Adds `ETag` (already quoted) and answers 304 without a body when `If-None-Match` names it.
Response with_etag(const Request& request, Response response, std::string_view etag);
/// A strong ETag for a version number: "\"7\"".
std::string etag_of(std::int64_t version);
/// The version that `If-Match` names. Throws Error{precondition_required} without the header,
/// Error{precondition_failed} when it is no tag of ours; "*" gives nothing: any version will do.
std::optional<std::int64_t> if_match(const Request& request);

/// Who may use a route. The chassis answers 401, 403 or 404 before the handler runs.
enum class Access {
  anyone,    // with or without a caller
  user,      // a caller is required: else 401
  admin,     // the caller's roles include "admin": else 401 or 403
  internal,  // only with the installation's token: else 404, as if the route did not exist
};

using Handler = std::function<Response(const Request&)>;
/// Answers from memory, in the event loop, or returns nothing: then the handler runs in a worker.
/// It must never block.
using FastHandler = std::function<std::optional<Response>(const Request&)>;

struct Route {
  Method method = Method::get;
  /// A template as in OpenAPI: "/v1/products/{id}/stock", "/v1/receipts/{id}.pdf", "/@{handle}".
  /// A parameter takes one non-empty segment, or the part of it between the literal text.
  std::string path;
  Access access = Access::anyone;
  Handler handler;
  FastHandler fast = nullptr;
  std::size_t body_max = body_bytes_max;
  /// A larger answer is a defect of ours: 500. Raise it only where every client reads at once.
  std::size_t answer_max = answer_bytes_max;
};

using Routes = std::vector<Route>;

/// The routes of both, in order.
Routes operator+(Routes left, Routes right);

/// Throws Error{unsupported_media_type} unless the body is declared as `application/json`; returns
/// the body. A browser form cannot send that type to another site unasked.
const std::string& json_body(const Request& request);

/// Decodes %XX (and + as space when `plus`). Nothing for a malformed escape, a NUL byte or invalid
/// UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, bool plus = false);
std::string percent_encoded(std::string_view text);
/// The fields of a query ("a=1&b=2"), decoded. Throws Error{invalid} when malformed.
Query query_fields(std::string_view text);
/// The fields of an application/x-www-form-urlencoded body. Throws Error{invalid} when malformed.
Query form_fields(const Request& request);

/// Runs one route's access rule and handler and turns whatever is thrown into a problem document.
/// Never throws. Error keeps its detail; anything else is logged and answered as `internal`.
Response answer(const Route& route, const Request& request) noexcept;
/// The same for the route's FastHandler; nothing when the handler is to run in a worker.
std::optional<Response> answer_fast(const Route& route, const Request& request) noexcept;
/// The problem document of an error, with its headers.
Response problem(const Error& error, const Trace& trace);

}  // namespace chassis
