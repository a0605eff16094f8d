#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "chassis/error.h"

namespace chassis {

/// The fields of a struct in JSON, written once:
///
///   template <> struct chassis::Fields<Line> {
///     static constexpr auto list = std::make_tuple(
///         field("product_id", &Line::product_id, uuid),
///         field("quantity", &Line::quantity, range(1, 99)));
///   };
///
/// to_json() writes them in this order; from_json() reads them in any order, refuses unknown ones,
/// and reports every bad field at once with its JSON pointer. A std::optional member may be
/// missing or null, and is left out when empty unless marked `nullable` (then written as null);
/// every other member is required. Known types: bool, int, std::int64_t, double, std::string, Time
/// (clock.h), RawJson, std::optional, std::vector and structs with Fields of their own.
template <typename Struct>
struct Fields;

/// JSON text taken as it is: any one value.
struct RawJson {
  std::string text = "null";
};

// --- what a field may hold

struct AnyValue {};

struct Range {
  std::int64_t least;
  std::int64_t most;
};
/// A whole number from `least` to `most`.
constexpr Range range(std::int64_t least, std::int64_t most) { return {least, most}; }

struct Length {
  std::size_t least;
  std::size_t most;
};
/// Text of `least` to `most` characters (Unicode code points; control characters other than line
/// feed and tab are refused), or a list of as many items.
constexpr Length length(std::size_t least, std::size_t most) { return {least, most}; }

struct Matches {
  bool (*accepts)(std::string_view);
  const char* what;  // "an ISO 4217 code such as EUR"
};
/// Text that `accepts` says yes to.
constexpr Matches matches(bool (*accepts)(std::string_view), const char* what) {
  return {accepts, what};
}

/// A UUID in canonical form.
struct Uuid {};
constexpr Uuid uuid{};

/// An optional that is written as null when it is empty.
struct Nullable {};
constexpr Nullable nullable{};

template <typename Struct, typename Member, typename Rule>
struct Field {
  const char* name;
  Member Struct::*member;
  Rule rule;
};

template <typename Struct, typename Member, typename Rule = AnyValue>
constexpr Field<Struct, Member, Rule> field(const char* name, Member Struct::*member,
                                            Rule rule = {}) {
  return {name, member, rule};
}

// --- writing

/// Writes JSON text. Misuse (two keys in a row) is a programming error.
class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view name);
  void text(std::string_view value);
  void integer(std::int64_t value);
  void number(double value);
  void boolean(bool value);
  void null();
  void raw(std::string_view json);

  std::string take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// --- reading

/// What to do with members that no field names.
enum class Unknown { refuse, ignore };

/// One value of a parsed document together with its JSON pointer. Bad fields are collected; the
/// getters then return an empty value. Values stay valid as long as their JsonDocument.
class JsonDocument;
class JsonValue {
 public:
  bool is_null() const;
  bool boolean() const;
  std::int64_t integer(Range range = {std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::int64_t>::max()}) const;
  double number() const;
  std::string text() const;
  std::string raw() const;
  /// The items of an array, with their pointers.
  std::vector<JsonValue> items(Length length = {0, 10'000}) const;
  /// Refuses anything but an object, and members not in `known`.
  bool object(const std::vector<const char*>& known) const;
  /// The member, or nothing when it is missing.
  std::optional<JsonValue> member(const char* name) const;
  /// Records that this value, or its member `name`, is wrong.
  void reject(std::string_view expected) const;
  void reject_member(const char* name, std::string_view expected) const;

  void check(std::string_view text, Length rule) const;
  void check(std::string_view text, const Matches& rule) const;
  void check(std::string_view text, Uuid rule) const;

 private:
  friend class JsonDocument;
  JsonValue(JsonDocument* document, const void* value, std::string pointer)
      : document_{document}, value_{value}, pointer_{std::move(pointer)} {}
  JsonDocument* document_;
  const void* value_;
  std::string pointer_;
};

/// A parsed JSON text. Nesting is limited to 32 levels and duplicate member names are refused.
class JsonDocument {
 public:
  /// Throws Error{invalid} when the text is not JSON (the detail says where).
  explicit JsonDocument(std::string_view text, Unknown unknown = Unknown::refuse);
  ~JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  JsonValue root();
  /// Throws Error{invalid} naming every field that was rejected.
  void finish() const;

 private:
  friend class JsonValue;
  struct State;
  std::unique_ptr<State> state_;
};

// --- structs

namespace detail {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

/// Types with a JSON form of their own specialise this: write(JsonWriter&, const T&) and
/// read(const JsonValue&, T&).
template <typename T>
struct JsonForm;

template <typename T>
void write(JsonWriter& json, const T& value);

template <typename T, typename Rule>
void write_field(JsonWriter& json, const char* name, const T& value, const Rule& /*rule*/) {
  if constexpr (IsOptional<T>::value) {
    if (!value.has_value()) {
      if constexpr (std::is_same_v<Rule, chassis::Nullable>) {
        json.key(name);
        json.null();
      }
      return;
    }
  }
  json.key(name);
  write(json, value);
}

template <typename T>
void write(JsonWriter& json, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    json.boolean(value);
  } else if constexpr (std::is_integral_v<T>) {
    json.integer(static_cast<std::int64_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    json.number(value);
  } else if constexpr (std::is_same_v<T, RawJson>) {
    json.raw(value.text);
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    json.text(value);
  } else if constexpr (IsOptional<T>::value) {
    if (value.has_value()) {
      write(json, *value);
    } else {
      json.null();
    }
  } else if constexpr (IsVector<T>::value) {
    json.begin_array();
    for (const auto& item : value) write(json, item);
    json.end_array();
  } else if constexpr (requires { Fields<T>::list; }) {
    json.begin_object();
    std::apply(
        [&](const auto&... fields) {
          (write_field(json, fields.name, value.*(fields.member), fields.rule), ...);
        },
        Fields<T>::list);
    json.end_object();
  } else {
    JsonForm<T>::write(json, value);
  }
}

template <typename T, typename Rule>
void read(const JsonValue& json, T& value, const Rule& rule);

template <typename T>
void read_struct(const JsonValue& json, T& value) {
  const auto read_field = [&](const auto& field) {
    auto& member = value.*(field.member);
    using Member = std::remove_reference_t<decltype(member)>;
    const auto found = json.member(field.name);
    if (found && !(IsOptional<Member>::value && found->is_null())) {
      read(*found, member, field.rule);
    } else if constexpr (!IsOptional<Member>::value) {
      json.reject_member(field.name, "is missing");
    }
  };
  const auto known =
      std::apply([](const auto&... fields) { return std::vector<const char*>{fields.name...}; },
                 Fields<T>::list);
  if (!json.object(known)) return;
  std::apply([&](const auto&... fields) { (read_field(fields), ...); }, Fields<T>::list);
}

template <typename T, typename Rule>
void read(const JsonValue& json, T& value, const Rule& rule) {
  if constexpr (IsOptional<T>::value) {
    read(json, value.emplace(), rule);
  } else if constexpr (std::is_same_v<T, bool>) {
    value = json.boolean();
  } else if constexpr (std::is_integral_v<T>) {
    constexpr Range all{std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
    if constexpr (std::is_same_v<Rule, Range>) {
      value = static_cast<T>(json.integer(rule));
    } else {
      value = static_cast<T>(json.integer(all));
    }
  } else if constexpr (std::is_floating_point_v<T>) {
    value = json.number();
  } else if constexpr (std::is_same_v<T, RawJson>) {
    value.text = json.raw();
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = json.text();
    if constexpr (!std::is_same_v<Rule, AnyValue> && !std::is_same_v<Rule, chassis::Nullable>)
      json.check(value, rule);
  } else if constexpr (IsVector<T>::value) {
    const auto items = [&] {
      if constexpr (std::is_same_v<Rule, Length>) {
        return json.items(rule);
      } else {
        return json.items();
      }
    }();
    for (const auto& item : items) read(item, value.emplace_back(), AnyValue{});
  } else if constexpr (requires { Fields<T>::list; }) {
    read_struct(json, value);
  } else {
    JsonForm<T>::read(json, value);
  }
}

}  // namespace detail

template <typename T>
std::string to_json(const T& value) {
  JsonWriter json;
  detail::write(json, value);
  return json.take();
}

/// Throws Error{invalid} naming every field that is missing, unknown, of the wrong type or outside
/// its rule. A peer's answer may grow: read it with Unknown::ignore.
template <typename T>
T from_json(std::string_view text, Unknown unknown = Unknown::refuse) {
  JsonDocument document{text, unknown};
  T value{};
  detail::read(document.root(), value, AnyValue{});
  document.finish();
  return value;
}

}  // namespace chassis
