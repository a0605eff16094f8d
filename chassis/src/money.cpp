#include "chassis/money.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "chassis/error.h"

namespace chassis {
namespace {

/// ISO 4217: currencies whose minor unit is not a hundredth.
constexpr std::array<std::string_view, 17> without_decimals{
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 7> with_three{"BHD", "IQD", "JOD", "KWD",
                                                     "LYD", "OMR", "TND"};
constexpr std::array<std::string_view, 2> with_four{"CLF", "UYW"};

std::size_t decimals(std::string_view currency) {
  const auto in = [&](const auto& list) {
    return std::find(list.begin(), list.end(), currency) != list.end();
  };
  if (in(without_decimals)) return 0;
  if (in(with_three)) return 3;
  return in(with_four) ? 4 : 2;
}

void same_currency(const Money& left, const Money& right) {
  if (left.currency != right.currency) {
    throw Error{ErrorCode::invalid,
                "amounts in " + left.currency + " and " + right.currency + " do not mix"};
  }
}

Money checked(bool overflow, std::int64_t amount, const std::string& currency) {
  if (overflow) throw Error{ErrorCode::invalid, "the amount is too large"};
  return {amount, currency};
}

}  // namespace

bool is_currency(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char letter) {
           return letter >= 'A' && letter <= 'Z';
         });
}

Money operator+(const Money& left, const Money& right) {
  same_currency(left, right);
  std::int64_t amount = 0;
  const bool overflow = __builtin_add_overflow(left.amount, right.amount, &amount);
  return checked(overflow, amount, left.currency);
}

Money operator-(const Money& left, const Money& right) {
  same_currency(left, right);
  std::int64_t amount = 0;
  const bool overflow = __builtin_sub_overflow(left.amount, right.amount, &amount);
  return checked(overflow, amount, left.currency);
}

Money operator*(const Money& price, std::int64_t quantity) {
  std::int64_t amount = 0;
  const bool overflow = __builtin_mul_overflow(price.amount, quantity, &amount);
  return checked(overflow, amount, price.currency);
}

std::string to_text(const Money& money) {
  std::string digits = std::to_string(money.amount);
  const std::string sign = money.amount < 0 ? "-" : "";
  digits.erase(0, sign.size());
  const auto places = decimals(money.currency);
  if (places > 0) {
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  return sign + digits + " " + money.currency;
}

}  // namespace chassis
