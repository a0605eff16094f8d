#include "chassis/money.h"

#include <gtest/gtest.h>

#include <limits>

#include "chassis/error.h"

namespace chassis {
namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

TEST(Money, adds_subtracts_and_multiplies_within_one_currency) {
  EXPECT_EQ((Money{1999, "EUR"} + Money{1, "EUR"}), (Money{2000, "EUR"}));
  EXPECT_EQ((Money{5, "EUR"} - Money{7, "EUR"}), (Money{-2, "EUR"}));
  EXPECT_EQ((Money{333, "JPY"} * 3), (Money{999, "JPY"}));
}

TEST(Money, currencies_do_not_mix) {
  EXPECT_THROW((Money{1, "EUR"} + Money{1, "USD"}), Error);
  EXPECT_THROW((Money{1, "EUR"} - Money{1, "USD"}), Error);
}

TEST(Money, an_overflow_is_an_error_and_no_amount) {
  EXPECT_THROW((Money{most, "EUR"} + Money{1, "EUR"}), Error);
  EXPECT_THROW((Money{least, "EUR"} - Money{1, "EUR"}), Error);
  EXPECT_THROW((Money{most / 2 + 1, "EUR"} * 2), Error);
  EXPECT_EQ((Money{most - 1, "EUR"} + Money{1, "EUR"}).amount, most);
}

TEST(Money, is_written_with_the_decimals_of_its_currency) {
  EXPECT_EQ(to_text(Money{1999, "EUR"}), "19.99 EUR");
  EXPECT_EQ(to_text(Money{5, "EUR"}), "0.05 EUR");
  EXPECT_EQ(to_text(Money{0, "EUR"}), "0.00 EUR");
  EXPECT_EQ(to_text(Money{-5, "EUR"}), "-0.05 EUR");
  EXPECT_EQ(to_text(Money{-12345, "EUR"}), "-123.45 EUR");
  EXPECT_EQ(to_text(Money{1999, "JPY"}), "1999 JPY");
  EXPECT_EQ(to_text(Money{1999, "KWD"}), "1.999 KWD");
  EXPECT_EQ(to_text(Money{7, "CLF"}), "0.0007 CLF");
  EXPECT_EQ(to_text(Money{least, "EUR"}), "-92233720368547758.08 EUR");
}

TEST(Money, json_takes_no_negative_amount_and_no_odd_currency) {
  EXPECT_EQ(to_json(Money{1999, "EUR"}), R"({"amount":1999,"currency":"EUR"})");
  EXPECT_EQ(from_json<Money>(R"({"amount":0,"currency":"JPY"})"), (Money{0, "JPY"}));
  for (const auto* text :
       {R"({"amount":-1,"currency":"EUR"})", R"({"amount":1.5,"currency":"EUR"})",
        R"({"amount":1000000000001,"currency":"EUR"})", R"({"amount":1,"currency":"eur"})",
        R"({"amount":1,"currency":"EURO"})", R"({"amount":1})"}) {
    EXPECT_THROW(from_json<Money>(text), Error) << text;
  }
}

}  // namespace
}  // namespace chassis
