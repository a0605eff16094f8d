#include "stock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rows.h"

namespace audit {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// What is said about a row that was changed in one place.
std::string said_of(const std::function<void(Stock&)>& change) {
  auto stock = stock_of(7);
  change(stock);
  const auto broken = broken_rules(stock);
  EXPECT_THAT(broken, SizeIs(1));
  if (broken.empty()) return {};
  EXPECT_EQ(broken[0].rule, Rule::stock_ledger);
  EXPECT_EQ(broken[0].id, id_of(7));
  return broken[0].text;
}

TEST(Stock, is_in_order_when_what_came_less_what_went_is_there) {
  EXPECT_THAT(broken_rules(stock_of(7)), IsEmpty());
  EXPECT_THAT(broken_rules(Stock{id_of(7)}), IsEmpty());
}

TEST(Stock, that_does_not_add_up_is_told_with_its_figures) {
  EXPECT_THAT(said_of([](Stock& stock) { stock.on_hand = 11; }),
              HasSubstr("of product " + id_of(7) +
                        ", initial 10 + received 5 + adjusted -2 - sold 4 + returned 1 is 10, but "
                        "11 are on hand"));
  EXPECT_THAT(said_of([](Stock& stock) { stock.sold = 3; }),
              HasSubstr("is 11, but 10 are on hand"));
  EXPECT_THAT(said_of([](Stock& stock) { stock.returned = 0; }), HasSubstr("is 9, but"));
  EXPECT_THAT(said_of([](Stock& stock) { stock.initial = 0; }), HasSubstr("is 0, but"));
  EXPECT_THAT(said_of([](Stock& stock) { stock.received = 6; }), HasSubstr("is 11, but"));
  EXPECT_THAT(said_of([](Stock& stock) { stock.adjusted = 0; }), HasSubstr("is 12, but"));
}

TEST(Stock, cannot_be_reserved_beyond_what_is_on_hand) {
  const auto said = said_of([](Stock& stock) { stock.reserved = stock.held = 11; });
  EXPECT_THAT(said, HasSubstr("11 are reserved of 10 on hand"));
  EXPECT_THAT(said_of([](Stock& stock) { stock.reserved = stock.held = -1; }),
              HasSubstr("-1 are reserved"));
}

TEST(Stock, reserved_is_what_reservations_hold) {
  EXPECT_THAT(said_of([](Stock& stock) { stock.held = 2; }),
              HasSubstr("3 are reserved, but reservations hold 2"));
}

}  // namespace
}  // namespace audit
