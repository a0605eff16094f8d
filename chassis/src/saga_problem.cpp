#include "saga_problem.h"

#include <vector>

#include "chassis/json.h"

namespace chassis {
namespace {

struct KeptField {
  std::string pointer;
  std::string detail;
};

struct KeptError {
  int code = 0;  // the HTTP status: each ErrorCode has one of its own
  std::string type;
  std::string detail;
  std::string members;
  std::vector<KeptField> fields;
};

ErrorCode code_of(int status) {
  for (auto code = ErrorCode::invalid;; code = static_cast<ErrorCode>(static_cast<int>(code) + 1)) {
    if (code == ErrorCode::timeout || http_status(code) == status) return code;
  }
}

}  // namespace

template <>
struct Fields<KeptField> {
  static constexpr auto list =
      std::make_tuple(field("pointer", &KeptField::pointer), field("detail", &KeptField::detail));
};

template <>
struct Fields<KeptError> {
  static constexpr auto list =
      std::make_tuple(field("code", &KeptError::code), field("type", &KeptError::type),
                      field("detail", &KeptError::detail), field("members", &KeptError::members),
                      field("fields", &KeptError::fields));
};

std::string error_to_json(const Error& error) {
  KeptError kept{http_status(error.code()), error.type(), error.what(), error.members(), {}};
  for (const auto& field : error.fields()) kept.fields.push_back({field.pointer, field.detail});
  return to_json(kept);
}

Error error_from_json(std::string_view json) {
  const auto kept = from_json<KeptError>(json, Unknown::ignore);
  std::vector<FieldError> fields;
  for (const auto& field : kept.fields) fields.push_back({field.pointer, field.detail});
  auto error = fields.empty() ? Error{code_of(kept.code), kept.detail} : Error{std::move(fields)};
  return error.type(kept.type).members(kept.members);
}

}  // namespace chassis
