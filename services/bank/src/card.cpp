#include "card.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "chassis/error.h"

namespace bank {
namespace {

using std::chrono::sys_days;

constexpr std::size_t number_digits_min = 13;
constexpr std::size_t number_digits_max = 19;

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string without_spaces(std::string_view text) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept), [](char c) { return c != ' '; });
  return kept;
}

std::string brand_of(std::string_view digits) {
  const auto starts_within = [&](std::size_t length, int least, int most) {
    const int start = std::stoi(std::string{digits.substr(0, length)});
    return start >= least && start <= most;
  };
  if (digits.front() == '4') return "visa";
  if (starts_within(2, 51, 55) || starts_within(4, 2221, 2720)) return "mastercard";
  if (starts_within(2, 34, 34) || starts_within(2, 37, 37)) return "amex";
  return "card";
}

std::string declines_of(std::string_view digits) {
  if (digits == "4000000000000002") return "declined";
  if (digits == "4000000000009995") return "no-funds";
  return "";
}

/// The last day of the month "MM/YY" of this century.
std::optional<sys_days> last_day_of(std::string_view expiry) {
  if (expiry.size() != 5 || expiry[2] != '/') return std::nullopt;
  if (!all_digits(expiry.substr(0, 2)) || !all_digits(expiry.substr(3))) return std::nullopt;
  const std::chrono::month month{
      static_cast<unsigned>(std::stoi(std::string{expiry.substr(0, 2)}))};
  const std::chrono::year year{2000 + std::stoi(std::string{expiry.substr(3)})};
  if (!month.ok()) return std::nullopt;
  return sys_days{year / month / std::chrono::last};
}

}  // namespace

bool is_card_number(std::string_view digits) {
  if (digits.size() < number_digits_min || digits.size() > number_digits_max) return false;
  if (!all_digits(digits) || digits.front() == '0') return false;
  int sum = 0;
  bool doubled = false;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
    const int value = (*digit - '0') * (doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

Card checked(const CardDraft& draft, chassis::Time now) {
  std::vector<chassis::FieldError> wrong;
  const auto digits = without_spaces(draft.card_number);
  const bool known = is_card_number(digits);
  if (!known) wrong.push_back({"/card_number", "is not the number of a card"});
  const auto good_until = last_day_of(draft.expiry);
  if (!good_until) {
    wrong.push_back({"/expiry", "must be a month as on the card: MM/YY"});
  } else if (*good_until < std::chrono::floor<std::chrono::days>(now)) {
    wrong.push_back({"/expiry", "is over"});
  }
  const auto brand = known ? brand_of(digits) : "";
  const auto cvc_fits = [&](std::size_t length) { return draft.cvc.size() == length; };
  const bool right_length = known ? cvc_fits(brand == "amex" ? 4 : 3) : cvc_fits(3) || cvc_fits(4);
  if (!right_length || !all_digits(draft.cvc)) {
    wrong.push_back({"/cvc", "must be the 3 digits on the back, or the 4 on the front of an amex"});
  }
  if (!wrong.empty()) throw chassis::Error{std::move(wrong)};
  return {brand, digits.substr(digits.size() - 4), *good_until, declines_of(digits)};
}

}  // namespace bank
