#include "cart.h"

#include <gtest/gtest.h>

namespace order {
namespace {

const std::string tea = "0190a000-0000-7000-8000-000000000001";
const std::string cup = "0190a000-0000-7000-8000-000000000002";

TEST(Cart, is_priced_as_the_shelves_say_now) {
  const Cart cart{{{tea, "Tea", 3, {100, "EUR"}}}, 7};
  const auto now = priced(cart, {{tea, "Smoked tea", {120, "EUR"}, 2}}, "EUR");
  ASSERT_EQ(now.items.size(), 1U);
  EXPECT_EQ(now.items[0].name, "Smoked tea");
  EXPECT_EQ(now.items[0].unit_price, (chassis::Money{120, "EUR"}));
  EXPECT_EQ(now.items[0].line_total, (chassis::Money{360, "EUR"}));
  EXPECT_EQ(now.items[0].available, 2);
  EXPECT_EQ(now.total, (chassis::Money{360, "EUR"}));
  EXPECT_EQ(now.version, 7);
}

TEST(Cart, what_is_sold_no_more_is_shown_as_it_was_and_cannot_be_had) {
  const Cart cart{{{tea, "Tea", 3, {100, "EUR"}}, {cup, "Cup", 1, {250, "EUR"}}}, 2};
  const auto now = priced(cart, {{cup, "Cup", {250, "EUR"}, 9}}, "EUR");
  ASSERT_EQ(now.items.size(), 2U);
  EXPECT_EQ(now.items[0].name, "Tea");
  EXPECT_EQ(now.items[0].available, 0);
  EXPECT_EQ(now.items[0].line_total, (chassis::Money{300, "EUR"}));
  EXPECT_EQ(now.total, (chassis::Money{550, "EUR"}));
}

TEST(Cart, nothing_costs_nothing) {
  EXPECT_EQ(priced({}, {}, "EUR").total, (chassis::Money{0, "EUR"}));
}

}  // namespace
}  // namespace order
