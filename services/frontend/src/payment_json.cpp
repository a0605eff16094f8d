#include "payment_json.h"

#include <algorithm>

#include "chassis/json.h"

namespace frontend {
namespace {

struct FieldAnswer {
  std::string name;
  std::string label;
  std::optional<std::string> autocomplete;
  std::optional<std::string> inputmode;
  std::optional<std::string> pattern;
  std::optional<std::string> placeholder;
  std::optional<std::int64_t> max_length;
};

struct FormAnswer {
  std::string tokenise_url;
  std::vector<FieldAnswer> fields;
};

/// A word that can be a part of an id.
bool is_field_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
  });
}

}  // namespace
}  // namespace frontend

template <>
struct chassis::Fields<frontend::FieldAnswer> {
  using Answer = frontend::FieldAnswer;
  static constexpr auto list = std::make_tuple(
      field("name", &Answer::name, matches(frontend::is_field_name, "a word")),
      field("label", &Answer::label, length(1, 100)), field("autocomplete", &Answer::autocomplete),
      field("inputmode", &Answer::inputmode), field("pattern", &Answer::pattern),
      field("placeholder", &Answer::placeholder),
      field("max_length", &Answer::max_length, range(1, 1000)));
};

template <>
struct chassis::Fields<frontend::FormAnswer> {
  using Answer = frontend::FormAnswer;
  static constexpr auto list =
      std::make_tuple(field("tokenise_url", &Answer::tokenise_url, length(1, 1000)),
                      field("fields", &Answer::fields, length(1, 20)));
};

namespace frontend {

CardForm read_card_form(std::string_view json) {
  constexpr std::int64_t usual_length_max = 100;
  try {
    const auto answer = chassis::from_json<FormAnswer>(json, chassis::Unknown::ignore);
    CardForm form{answer.tokenise_url, {}};
    for (const auto& field : answer.fields) {
      form.fields.push_back({field.name, field.label, field.autocomplete.value_or("off"),
                             field.inputmode.value_or("text"), field.pattern.value_or(""),
                             field.placeholder.value_or(""),
                             field.max_length.value_or(usual_length_max)});
    }
    return form;
  } catch (const chassis::Error&) {
    throw chassis::Error{chassis::ErrorCode::unavailable, "payments gave no usable answer"};
  }
}

}  // namespace frontend
