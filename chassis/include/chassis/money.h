#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chassis/json.h"

namespace chassis {

/// An amount in minor units (cents) of one currency (ISO 4217 code, three capital letters).
struct Money {
  std::int64_t amount = 0;
  std::string currency;

  bool operator==(const Money&) const = default;
};

/// Three capital letters, as the codes of ISO 4217 have.
bool is_currency(std::string_view text);

template <>
struct Fields<Money> {
  static constexpr auto list = std::make_tuple(
      field("amount", &Money::amount, range(0, 1'000'000'000'000)),
      field("currency", &Money::currency, matches(is_currency, "an ISO 4217 code such as EUR")));
};

/// Checked arithmetic: throws Error{invalid} on overflow or when the currencies differ.
Money operator+(const Money& left, const Money& right);
Money operator-(const Money& left, const Money& right);
Money operator*(const Money& price, std::int64_t quantity);

/// "19.99 EUR": for people. The number of decimals is the currency's (ISO 4217: JPY has none).
std::string to_text(const Money& money);

}  // namespace chassis
