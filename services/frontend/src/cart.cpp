#include "cart.h"

#include <charconv>

#include "chassis/auth.h"
#include "chassis/id.h"

namespace frontend {

bool is_short(const CartLine& line) { return line.available < line.quantity; }

std::string short_text(std::int64_t available, std::int64_t wanted) {
  if (available >= wanted) {
    return {};
  }
  return available <= 0 ? "Sold out just now" : "Only " + std::to_string(available) + " left";
}

std::optional<std::int64_t> read_quantity(std::string_view text, std::int64_t least) {
  std::int64_t quantity = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, quantity);
  const bool read = problem == std::errc{} && stop == end;
  return read && quantity >= least && quantity <= quantity_max ? std::optional{quantity}
                                                               : std::nullopt;
}

std::string new_guest_id() {
  constexpr std::size_t random_bytes = 32;
  auto hex = chassis::sha256_hex(chassis::random_token(random_bytes)).substr(0, 32);
  hex[12] = '4';                        // the version
  hex[16] = "89ab"[(hex[16] & 3) % 4];  // the variant (RFC 9562, section 5.4)
  for (const std::size_t at : {20U, 16U, 12U, 8U}) {
    hex.insert(at, 1, '-');
  }
  return hex;
}

}  // namespace frontend
