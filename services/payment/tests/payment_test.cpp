#include "payment.h"

#include <gtest/gtest.h>

#include "bank_json.h"

namespace payment {
namespace {

TEST(Payment, a_card_number_is_known_however_it_is_written) {
  for (const auto* number : {"4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242",
                             "378282246310005", "6304000000000000", "4000000000000000006"}) {
    EXPECT_TRUE(looks_like_card_number(number)) << number;
  }
  for (const auto* token :
       {"tok_4242424242424242", "4242424242424241", "42424242424", "", "00000000000000000000",
        "0194f2a0-3c1e-7b52-9d41-2f6c8e7a1b90", "4242.4242.4242.4242"}) {
    EXPECT_FALSE(looks_like_card_number(token)) << token;
  }
}

TEST(Payment, what_the_bank_calls_a_thing_can_be_no_card_number) {
  EXPECT_TRUE(is_bank_id("0194f2a0-3c1e-7b52-9d41-2f6c8e7a1b90"));
  EXPECT_FALSE(is_bank_id("4242424242424242"));
  EXPECT_FALSE(is_bank_id("4242-4242-4242-4242"));
  EXPECT_FALSE(is_bank_id(""));
  EXPECT_FALSE(is_bank_id("a/b"));
  EXPECT_FALSE(is_bank_id(std::string(101, 'a')));
  EXPECT_TRUE(is_brand("American Express"));
  EXPECT_FALSE(is_brand("4242424242424242"));
  EXPECT_TRUE(is_last4("0042"));
  EXPECT_FALSE(is_last4("42"));
  EXPECT_FALSE(is_last4("424242"));
}

TEST(Payment, a_draft_is_refused_with_all_that_is_wrong) {
  try {
    check({"order", "", {0, "USD"}, "4242424242424242"}, "EUR");
    FAIL() << "nothing was wrong";
  } catch (const chassis::Error& error) {
    ASSERT_EQ(error.fields().size(), 3);
    EXPECT_EQ(error.fields()[0].pointer, "/amount/amount");
    EXPECT_EQ(error.fields()[1].pointer, "/amount/currency");
    EXPECT_EQ(error.fields()[2].pointer, "/card_token");
    EXPECT_EQ(error.fields()[2].detail.find("4242"), std::string::npos);
  }
  EXPECT_NO_THROW(check({"order", "", {1, "EUR"}, "tok_1"}, "EUR"));
}

}  // namespace
}  // namespace payment
