#include "chassis/clock.h"

#include <optional>

#include "chassis/error.h"
#include "chassis/json.h"

namespace chassis {
namespace {

class SystemClock : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
};

constexpr int fraction_digits = 6;

void append(std::string& text, std::int64_t number, std::size_t digits) {
  const auto start = text.size();
  text.resize(start + digits);
  for (auto i = start + digits; i-- > start; number /= 10) {
    text[i] = static_cast<char>('0' + number % 10);
  }
}

/// Reads from the front of a text; any failure sticks.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_{text} {}

  bool letter(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char expected) { good_ = letter(expected) && good_; }
  /// Exactly `digits` digits.
  int number(int digits) {
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      const auto found = digit();
      good_ = good_ && found;
      value = value * 10 + found.value_or(0);
    }
    return value;
  }
  std::optional<int> digit() {
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return std::nullopt;
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }
  void require(bool condition) { good_ = good_ && condition; }
  std::string_view rest() const { return rest_; }
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

/// The digits after the decimal point (1..9 of them), cut to microseconds.
int microseconds(Reader& reader) {
  int value = 0;
  int digits = 0;
  for (auto digit = reader.digit(); digit; digit = reader.digit()) {
    if (digits++ < fraction_digits) value = value * 10 + *digit;
  }
  reader.require(digits >= 1 && digits <= 9);
  for (; digits < fraction_digits; ++digits) value *= 10;
  return value;
}

std::optional<Time> parsed(std::string_view text) {
  using namespace std::chrono;
  Reader reader{text};
  const year y{reader.number(4)};
  reader.expect('-');
  const month m{static_cast<unsigned>(reader.number(2))};
  reader.expect('-');
  const day d{static_cast<unsigned>(reader.number(2))};
  const bool rfc3339 = reader.letter('T');
  if (!rfc3339) reader.expect(' ');
  const int hour = reader.number(2);
  reader.expect(':');
  const int minute = reader.number(2);
  reader.expect(':');
  const int second = reader.number(2);
  const int fraction = reader.letter('.') ? microseconds(reader) : 0;
  const year_month_day date{y, m, d};
  reader.require(date.ok() && hour < 24 && minute < 60 && second < 60);
  reader.require(reader.rest() == (rfc3339 ? "Z" : "+00"));
  if (!reader.good()) return std::nullopt;
  return Time{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} +
         std::chrono::microseconds{fraction};
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string to_text(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text;
  append(text, static_cast<int>(date.year()), 4);
  text += '-';
  append(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  append(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append(text, clock.hours().count(), 2);
  text += ':';
  append(text, clock.minutes().count(), 2);
  text += ':';
  append(text, clock.seconds().count(), 2);
  text += '.';
  append(text, clock.subseconds().count(), fraction_digits);
  text += 'Z';
  return text;
}

Time to_time(std::string_view text) {
  const auto time = parsed(text);
  if (!time) throw Error{ErrorCode::invalid, "a time must look like 2026-11-21T08:15:30Z"};
  return *time;
}

void detail::JsonForm<Time>::write(JsonWriter& json, Time time) { json.text(to_text(time)); }

void detail::JsonForm<Time>::read(const JsonValue& json, Time& time) {
  const auto found = parsed(json.text());
  if (found) {
    time = *found;
  } else {
    json.reject("must be a time in UTC such as 2026-11-21T08:15:30Z");
  }
}

}  // namespace chassis
