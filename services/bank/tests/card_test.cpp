#include "card.h"

#include <gtest/gtest.h>

#include "chassis/error.h"

namespace bank {
namespace {

const auto noon = chassis::to_time("2026-11-30T12:00:00Z");

/// The fields that are refused, in their order, separated by spaces.
std::string refused(const CardDraft& draft, chassis::Time now = noon) {
  try {
    checked(draft, now);
    return "";
  } catch (const chassis::Error& error) {
    std::string pointers;
    for (const auto& field : error.fields()) {
      pointers += (pointers.empty() ? "" : " ") + field.pointer;
      EXPECT_EQ(field.detail.find(draft.card_number), std::string::npos) << "it tells the number";
    }
    return pointers;
  }
}

std::string refused_number(const std::string& number) { return refused({number, "12/39", "123"}); }
std::string refused_expiry(const std::string& expiry) {
  return refused({"4242424242424242", expiry, "123"});
}

TEST(Card, a_number_with_one_wrong_or_two_swapped_digits_is_none) {
  const std::string right = "4242424242424242";
  EXPECT_TRUE(is_card_number(right));
  for (std::size_t i = 1; i < right.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      auto wrong = right;
      wrong[i] = digit;
      EXPECT_EQ(is_card_number(wrong), digit == right[i]) << wrong;
    }
  }
  EXPECT_TRUE(is_card_number("4012888888881881"));
  EXPECT_FALSE(is_card_number("4012888888881818"));
}

TEST(Card, a_number_has_13_to_19_digits_and_spaces_may_stand_between) {
  EXPECT_EQ(refused_number("4222222222222"), "");        // 13
  EXPECT_EQ(refused_number("6304000000000000000"), "");  // 19
  EXPECT_EQ(refused_number("422222222226"), "/card_number");
  EXPECT_EQ(refused_number("42424242424242424242"), "/card_number");
  EXPECT_EQ(refused_number(" 4242 4242 4242 4242 "), "");
  EXPECT_EQ(refused_number("4242-4242-4242-4242"), "/card_number");
  EXPECT_EQ(refused_number("0000000000000000"), "/card_number");
  EXPECT_EQ(refused_number("424242424242424x"), "/card_number");
  EXPECT_EQ(refused_number("                    "), "/card_number");
}

TEST(Card, a_card_is_good_until_its_month_ends) {
  EXPECT_EQ(refused_expiry("11/26"), "");
  EXPECT_EQ(refused_expiry("10/26"), "/expiry");
  EXPECT_EQ(refused_expiry("01/27"), "");
  const CardDraft february{"4242424242424242", "02/28", "123"};
  EXPECT_EQ(refused(february, chassis::to_time("2028-02-29T23:59:59.999999Z")), "");
  EXPECT_EQ(refused(february, chassis::to_time("2028-03-01T00:00:00Z")), "/expiry");
  for (const auto* odd : {"13/30", "00/30", "1/30", "01/2030", "0130", "01-30", "a1/30", ""}) {
    EXPECT_EQ(refused_expiry(odd), "/expiry") << odd;
  }
}

TEST(Card, the_code_has_three_digits_and_that_of_an_amex_four) {
  EXPECT_EQ(refused({"4242424242424242", "12/39", "12"}), "/cvc");
  EXPECT_EQ(refused({"4242424242424242", "12/39", "1234"}), "/cvc");
  EXPECT_EQ(refused({"4242424242424242", "12/39", "12a"}), "/cvc");
  EXPECT_EQ(refused({"378282246310005", "12/39", "1234"}), "");
  EXPECT_EQ(refused({"378282246310005", "12/39", "123"}), "/cvc");
}

TEST(Card, every_wrong_field_is_named) {
  EXPECT_EQ(refused({"4242424242424241", "13/30", "1"}), "/card_number /expiry /cvc");
}

TEST(Card, brand_and_last_digits_are_kept_and_two_numbers_decline) {
  const auto card = [](const std::string& number, const std::string& cvc = "123") {
    return checked({number, "12/39", cvc}, noon);
  };
  EXPECT_EQ(card("4242424242424242").brand, "visa");
  EXPECT_EQ(card("4242424242424242").last4, "4242");
  EXPECT_EQ(card("4242424242424242").declines, "");
  EXPECT_EQ(card("5555555555554444").brand, "mastercard");
  EXPECT_EQ(card("2223003122003222").brand, "mastercard");
  EXPECT_EQ(card("378282246310005", "1234").brand, "amex");
  EXPECT_EQ(card("6011111111111117").brand, "card");
  EXPECT_EQ(card("4000 0000 0000 0002").declines, "declined");
  EXPECT_EQ(card("4000 0000 0000 9995").declines, "no-funds");
}

}  // namespace
}  // namespace bank
