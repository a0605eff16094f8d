#include "order.h"

#include <gtest/gtest.h>

#include "checkout.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Money;

TEST(Order, a_status_has_one_name) {
  for (const auto status : {Status::pending, Status::confirmed, Status::declined, Status::failed,
                            Status::cancelling, Status::cancelled}) {
    EXPECT_EQ(status_of(name(status)), status);
  }
  EXPECT_THROW(status_of("lost"), std::logic_error);
}

TEST(Order, tax_is_contained_in_the_total_and_rounded_half_up) {
  EXPECT_EQ(tax_within({1200, "EUR"}, 20), (Money{200, "EUR"}));
  EXPECT_EQ(tax_within({1999, "EUR"}, 20), (Money{333, "EUR"}));  // 333.17
  EXPECT_EQ(tax_within({9, "EUR"}, 20), (Money{2, "EUR"}));       // 1.5
  EXPECT_EQ(tax_within({8, "EUR"}, 20), (Money{1, "EUR"}));       // 1.33
  EXPECT_EQ(tax_within({1999, "EUR"}, 0), (Money{0, "EUR"}));
  EXPECT_EQ(tax_within({200, "EUR"}, 100), (Money{100, "EUR"}));
  EXPECT_EQ(tax_within({money_max, "EUR"}, 100), (Money{money_max / 2, "EUR"}));
}

TEST(Checkout, the_expected_total_is_in_the_shops_currency) {
  EXPECT_NO_THROW(check(OrderDraft{"t", {1, "EUR"}, {}}, "EUR"));
  try {
    check(OrderDraft{"t", {1, "USD"}, {}}, "EUR");
    FAIL() << "another currency was taken";
  } catch (const Error& error) {
    ASSERT_EQ(error.fields().size(), 1U);
    EXPECT_EQ(error.fields()[0].pointer, "/expected_total/currency");
  }
}

TEST(Checkout, only_what_the_customer_can_do_something_about_is_told_as_it_is) {
  const auto told = [](const Error& why) { return final_problem(why).type(); };
  EXPECT_EQ(told(Error{ErrorCode::payment_required, "no"}.type("declined")), "declined");
  EXPECT_EQ(told(Error{ErrorCode::payment_required, "no"}.type("no-funds")), "no-funds");
  EXPECT_EQ(told(Error{ErrorCode::conflict, "no"}.type("out-of-stock")), "out-of-stock");
  EXPECT_EQ(told(Error{ErrorCode::conflict, "no"}.type("price-changed")), "price-changed");
  for (const auto& why : {Error{ErrorCode::conflict, "other lines"}, Error{ErrorCode::timeout, "t"},
                          Error{ErrorCode::not_found, "no reservation"},
                          Error{ErrorCode::conflict, "no"}.type("voided")}) {
    EXPECT_EQ(told(why), "checkout-failed");
    EXPECT_EQ(final_problem(why).code(), ErrorCode::conflict);
  }
}

}  // namespace
}  // namespace order
