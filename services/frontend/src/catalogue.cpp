#include "catalogue.h"

#include <charconv>

namespace frontend {
namespace {

constexpr std::size_t whole_digits_max = 9;

/// How many decimals amounts of a currency have.
std::size_t decimals(const std::string& currency) {
  const auto zero = chassis::to_text(chassis::Money{0, currency});
  const auto dot = zero.find('.');
  const auto end = zero.find(' ');
  return dot == std::string::npos ? 0 : end - dot - 1;
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string price_text(const chassis::Money& price) {
  auto text = chassis::to_text(price);
  const auto number = text.substr(0, text.find(' '));
  if (price.currency == "EUR") {
    return "€" + number;
  }
  if (price.currency == "GBP") {
    return "£" + number;
  }
  if (price.currency == "USD") {
    return "$" + number;
  }
  return text;
}

std::optional<std::int64_t> read_price(std::string_view text, const std::string& currency) {
  const auto places = decimals(currency);
  const auto point = text.find_first_of(".,");
  const auto whole = text.substr(0, point);
  const auto part = point == std::string_view::npos ? "" : text.substr(point + 1);
  const bool fits = !whole.empty() && whole.size() <= whole_digits_max && part.size() <= places;
  if (!fits || !all_digits(whole) || !all_digits(part)) {
    return std::nullopt;
  }
  const auto digits =
      std::string{whole} + std::string{part} + std::string(places - part.size(), '0');
  std::int64_t amount = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), amount);
  return amount;
}

std::string plain_price(std::int64_t amount, const std::string& currency) {
  const auto text = chassis::to_text(chassis::Money{amount, currency});
  auto number = text.substr(0, text.find(' '));
  const auto dot = number.find('.');
  if (dot != std::string::npos && number.find_first_not_of('0', dot + 1) == std::string::npos) {
    number.resize(dot);
  }
  return number;
}

}  // namespace frontend
