#include "catalogue.h"

#include <gtest/gtest.h>

namespace frontend {
namespace {

TEST(Price, is_shown_with_its_sign) {
  EXPECT_EQ(price_text({1999, "EUR"}), "€19.99");
  EXPECT_EQ(price_text({5, "USD"}), "$0.05");
  EXPECT_EQ(price_text({1999, "CHF"}), "19.99 CHF");
}

TEST(Price, is_read_as_people_write_it) {
  EXPECT_EQ(read_price("12", "EUR"), 1200);
  EXPECT_EQ(read_price("12.5", "EUR"), 1250);
  EXPECT_EQ(read_price("12,05", "EUR"), 1205);
  EXPECT_EQ(read_price("0", "EUR"), 0);
  EXPECT_EQ(read_price("12.", "EUR"), 1200);
  EXPECT_EQ(read_price("500", "JPY"), 500);
}

TEST(Price, anything_else_is_none) {
  for (const auto* const text :
       {"", "-1", "1e3", "twelve", "1.234", "1.2.3", ".5", " 5", "12 €", "9999999999"}) {
    EXPECT_EQ(read_price(text, "EUR"), std::nullopt) << text;
  }
  EXPECT_EQ(read_price("1.5", "JPY"), std::nullopt);
}

TEST(Price, goes_back_into_the_form_as_it_was) {
  EXPECT_EQ(plain_price(1250, "EUR"), "12.50");
  EXPECT_EQ(plain_price(1200, "EUR"), "12");
  EXPECT_EQ(plain_price(500, "JPY"), "500");
}

}  // namespace
}  // namespace frontend
