#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/clock.h"
#include "rule.h"

namespace audit {

/// A number that two looks at the same rows share, and looks at rows that changed in between do not
/// (FNV-1a, 64 bits).
class Mark {
 public:
  Mark& add(std::string_view text) {
    for (const char byte : text) {
      value_ = (value_ ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    }
    value_ = (value_ ^ 0xFFU) * 1099511628211ULL;  // no byte of UTF-8: "ab", "c" is not "a", "bc"
    return *this;
  }
  Mark& add(std::int64_t number) { return add(std::to_string(number)); }
  Mark& add(chassis::Time time) { return add(time.time_since_epoch().count()); }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

/// One look at everything that has one id, in however many books.
struct Sight {
  std::string id;
  std::vector<Violation> broken;
  bool under_way = false;                   // some of it says that it is not settled yet
  std::optional<chassis::Time> changed_at;  // the last change of any of it
  std::uint64_t mark = 0;                   // see Mark
};

}  // namespace audit
