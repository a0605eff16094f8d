#include "chassis/json.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "chassis/id.h"

namespace chassis {
namespace {

constexpr int depth_max = 32;
constexpr std::size_t errors_max = 50;

using Value = rapidjson::Value;

const Value& value_of(const void* value) { return *static_cast<const Value*>(value); }

/// One step of a JSON pointer (RFC 6901, section 3).
std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

/// Refuses what RapidJSON lets through: deep nesting and repeated member names.
void check_shape(const Value& value, int depth) {
  if (depth > depth_max) throw Error{ErrorCode::invalid, "the JSON is nested too deeply"};
  if (value.IsArray()) {
    for (const auto& item : value.GetArray()) check_shape(item, depth + 1);
  } else if (value.IsObject()) {
    std::set<std::string_view> names;
    for (const auto& member : value.GetObject()) {
      const std::string_view name{member.name.GetString(), member.name.GetStringLength()};
      if (!names.insert(name).second) {
        throw Error{ErrorCode::invalid, "the JSON names a member twice in one object"};
      }
      check_shape(member.value, depth + 1);
    }
  }
}

/// Brackets deeper than the limit, before a parser recurses or allocates for them.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_text = false;
      }
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > depth_max) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
  });
}

/// A whole number; 12.0 and 1e3 are as well (JSON Schema 2020-12, 4.2.3).
std::optional<std::int64_t> whole(const rapidjson::Value& value) {
  constexpr double exact_max = 9'007'199'254'740'992;  // above it a double is no single number
  if (value.IsInt64()) return value.GetInt64();
  if (!value.IsDouble()) return std::nullopt;
  const double number = value.GetDouble();
  if (number != std::trunc(number) || std::abs(number) > exact_max) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string between(std::int64_t least, std::int64_t most) {
  return "from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

// --- writing

struct JsonWriter::State {
  rapidjson::StringBuffer buffer;
  // Infinities and NaN have no JSON form; number() refuses them before this writer would.
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

JsonWriter::JsonWriter() : state_{std::make_unique<State>()} {}
JsonWriter::~JsonWriter() = default;

void JsonWriter::begin_object() { state_->writer.StartObject(); }
void JsonWriter::end_object() { state_->writer.EndObject(); }
void JsonWriter::begin_array() { state_->writer.StartArray(); }
void JsonWriter::end_array() { state_->writer.EndArray(); }
void JsonWriter::key(std::string_view name) {
  state_->writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}
void JsonWriter::text(std::string_view value) {
  state_->writer.String(value.data() == nullptr ? "" : value.data(),
                        static_cast<rapidjson::SizeType>(value.size()));
}
void JsonWriter::integer(std::int64_t value) { state_->writer.Int64(value); }
void JsonWriter::number(double value) {
  if (std::isfinite(value)) {
    state_->writer.Double(value);
  } else {
    state_->writer.Null();
  }
}
void JsonWriter::boolean(bool value) { state_->writer.Bool(value); }
void JsonWriter::null() { state_->writer.Null(); }
void JsonWriter::raw(std::string_view json) {
  state_->writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
}

std::string JsonWriter::take() { return {state_->buffer.GetString(), state_->buffer.GetSize()}; }

// --- reading

struct JsonDocument::State {
  rapidjson::Document document;
  Unknown unknown = Unknown::refuse;
  std::vector<FieldError> errors;

  void reject(const std::string& pointer, std::string_view expected) {
    const bool known = std::any_of(errors.begin(), errors.end(),
                                   [&](const auto& error) { return error.pointer == pointer; });
    if (!known && errors.size() < errors_max) errors.push_back({pointer, std::string{expected}});
  }
};

JsonDocument::JsonDocument(std::string_view text, Unknown unknown)
    : state_{std::make_unique<State>()} {
  state_->unknown = unknown;
  if (too_deep(text)) throw Error{ErrorCode::invalid, "the JSON is nested too deeply"};
  constexpr unsigned flags =
      rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;
  state_->document.Parse<flags>(text.data() == nullptr ? "" : text.data(), text.size());
  if (state_->document.HasParseError()) {
    throw Error{ErrorCode::invalid,
                "the body is not JSON: " +
                    std::string{rapidjson::GetParseError_En(state_->document.GetParseError())} +
                    " At byte " + std::to_string(state_->document.GetErrorOffset()) + "."};
  }
  check_shape(state_->document, 0);
}

JsonDocument::~JsonDocument() = default;

JsonValue JsonDocument::root() { return {this, &state_->document, ""}; }

void JsonDocument::finish() const {
  if (!state_->errors.empty()) throw Error{state_->errors};
}

void JsonValue::reject(std::string_view expected) const {
  document_->state_->reject(pointer_, expected);
}

void JsonValue::reject_member(const char* name, std::string_view expected) const {
  document_->state_->reject(pointer_ + "/" + escaped(name), expected);
}

bool JsonValue::is_null() const { return value_of(value_).IsNull(); }

bool JsonValue::boolean() const {
  const auto& value = value_of(value_);
  if (!value.IsBool()) reject("must be true or false");
  return value.IsBool() && value.GetBool();
}

std::int64_t JsonValue::integer(Range range) const {
  const auto number = whole(value_of(value_));
  if (!number) {
    reject("must be a whole number");
    return 0;
  }
  if (*number < range.least || *number > range.most)
    reject("must be " + between(range.least, range.most));
  return *number;
}

double JsonValue::number() const {
  const auto& value = value_of(value_);
  if (!value.IsNumber()) reject("must be a number");
  return value.IsNumber() ? value.GetDouble() : 0;
}

std::string JsonValue::text() const {
  const auto& value = value_of(value_);
  if (!value.IsString()) {
    reject("must be text");
    return {};
  }
  std::string text{value.GetString(), value.GetStringLength()};
  // PostgreSQL cannot store it, and nothing a person types holds it.
  if (text.find('\0') != std::string::npos) reject("must not hold a NUL character");
  return text;
}

std::string JsonValue::raw() const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  value_of(value_).Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<JsonValue> JsonValue::items(Length length) const {
  const auto& value = value_of(value_);
  std::vector<JsonValue> items;
  if (!value.IsArray()) {
    reject("must be a list");
    return items;
  }
  if (value.Size() < length.least || value.Size() > length.most) {
    reject(
        "must have " +
        between(static_cast<std::int64_t>(length.least), static_cast<std::int64_t>(length.most)) +
        " items");
    return items;
  }
  for (const auto& item : value.GetArray()) {
    items.push_back(JsonValue{document_, &item, pointer_ + "/" + std::to_string(items.size())});
  }
  return items;
}

bool JsonValue::object(const std::vector<const char*>& known) const {
  const auto& value = value_of(value_);
  if (!value.IsObject()) {
    reject("must be an object");
    return false;
  }
  if (document_->state_->unknown == Unknown::ignore) return true;
  for (const auto& member : value.GetObject()) {
    const std::string_view name{member.name.GetString(), member.name.GetStringLength()};
    if (std::none_of(known.begin(), known.end(), [&](const char* k) { return name == k; })) {
      document_->state_->reject(pointer_ + "/" + escaped(name), "is not a known field");
    }
  }
  return true;
}

std::optional<JsonValue> JsonValue::member(const char* name) const {
  const auto& value = value_of(value_);
  if (!value.IsObject()) return std::nullopt;
  const auto found = value.FindMember(name);
  if (found == value.MemberEnd()) return std::nullopt;
  return JsonValue{document_, &found->value, pointer_ + "/" + escaped(name)};
}

void JsonValue::check(std::string_view text, Length rule) const {
  const auto count = characters(text);
  if (count < rule.least || count > rule.most) {
    reject("must have " +
           between(static_cast<std::int64_t>(rule.least), static_cast<std::int64_t>(rule.most)) +
           " characters");
  } else if (has_control(text)) {
    reject("must not hold control characters");
  }
}

void JsonValue::check(std::string_view text, const Matches& rule) const {
  if (!rule.accepts(text)) reject(std::string{"must be "} + rule.what);
}

void JsonValue::check(std::string_view text, Uuid /*rule*/) const {
  if (!is_uuid(text)) reject("must be a UUID");
}

}  // namespace chassis
