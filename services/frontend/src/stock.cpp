#include "stock.h"

#include <charconv>

namespace frontend {

std::optional<std::int64_t> read_whole(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') {
    text.remove_prefix(1);
  }
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc{} && stop == end ? std::optional{number} : std::nullopt;
}

}  // namespace frontend
