#include "account.h"

#include <algorithm>
#include <array>

namespace frontend {
namespace {

constexpr std::size_t path_length_max = 1000;

}  // namespace

std::string local_path(std::string_view text, const std::string& otherwise) {
  const auto harmless = [](char letter) {
    return letter > ' ' && letter < '\x7f' && letter != '\\';  // browsers read \ as /
  };
  const bool local = !text.empty() && text.size() <= path_length_max && text.front() == '/' &&
                     (text.size() == 1 || text[1] != '/') &&
                     std::all_of(text.begin(), text.end(), harmless);
  return local ? std::string{text} : otherwise;
}

std::string day_text(std::string_view time) {
  constexpr std::array months = {"January",   "February", "March",    "April",
                                 "May",       "June",     "July",     "August",
                                 "September", "October",  "November", "December"};
  constexpr std::string_view shape = "dddd-dd-ddT";
  if (time.size() < shape.size()) {
    return {};
  }
  for (std::size_t at = 0; at < shape.size(); ++at) {
    const bool digit = time[at] >= '0' && time[at] <= '9';
    if (shape[at] == 'd' ? !digit : time[at] != shape[at]) {
      return {};
    }
  }
  const auto number = [&](std::size_t at) {
    return static_cast<std::size_t>((time[at] - '0') * 10 + (time[at + 1] - '0'));
  };
  const auto month = number(5);
  if (month < 1 || month > months.size()) {
    return {};
  }
  return std::to_string(number(8)) + " " + months[month - 1] + " " + std::string{time.substr(0, 4)};
}

}  // namespace frontend
