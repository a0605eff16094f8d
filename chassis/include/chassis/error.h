#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace chassis {

/// What went wrong, seen from the caller. Each code has exactly one HTTP status: see http_status().
enum class ErrorCode {
  invalid,                 // 400
  unauthenticated,         // 401
  payment_required,        // 402
  forbidden,               // 403
  not_found,               // 404
  method_not_allowed,      // 405
  conflict,                // 409
  length_required,         // 411
  precondition_failed,     // 412
  too_large,               // 413
  unsupported_media_type,  // 415
  key_reused,              // 422: an Idempotency-Key with a different body
  precondition_required,   // 428
  too_many_requests,       // 429
  internal,                // 500
  unavailable,             // 503
  timeout,                 // 504
};

/// One bad field. `pointer` is a JSON pointer into the body ("/price/amount", RFC 6901), or for a
/// parameter "?name" (query), "#name" (header).
struct FieldError {
  std::string pointer;
  std::string detail;
};

/// The only exception a service throws on purpose; the chassis answers it as a problem document
/// (RFC 9457). `detail` and everything else here is shown to the caller, so it never holds SQL,
/// host names or secrets.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& detail) : std::runtime_error{detail}, code_{code} {}

  /// Several bad fields at once; the detail is a sentence about them.
  explicit Error(std::vector<FieldError> fields);

  /// A narrower name for the problem, such as "sold-out"; it replaces the code's own in `type`.
  Error& type(std::string type);
  /// When to try again, in seconds from now: becomes `Retry-After`.
  Error& retry_after(int seconds);
  /// Further members of the problem document, as the inside of a JSON object: `"lines":[...]`.
  Error& members(std::string json);

  ErrorCode code() const { return code_; }
  /// The last word of the problem's `type`; the code's own name unless type() set another.
  std::string type() const;
  const std::vector<FieldError>& fields() const { return fields_; }
  std::optional<int> retry_after() const { return retry_after_; }
  const std::string& members() const { return members_; }

 private:
  ErrorCode code_;
  std::vector<FieldError> fields_;
  std::string type_;
  std::optional<int> retry_after_;
  std::string members_;
};

int http_status(ErrorCode code);

/// "not-found" for not_found: the last word of a problem's `type`.
std::string_view name(ErrorCode code);

/// "Not found": the problem's `title`.
std::string_view title(ErrorCode code);

/// The problem document: type (urn:serai:problem:<name>), title, status, detail, trace_id, errors.
std::string problem_json(const Error& error, std::string_view trace_id);

}  // namespace chassis
