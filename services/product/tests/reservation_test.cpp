#include "reservation.h"

#include <gtest/gtest.h>

namespace product {
namespace {

const std::string tea = "01980000-0000-7000-8000-000000000001";
const std::string cup = "01980000-0000-7000-8000-000000000002";

std::string first_wrong(const std::vector<Want>& wants) {
  try {
    check(wants);
  } catch (const chassis::Error& error) {
    return error.fields().at(0).pointer;
  }
  return "";
}

TEST(Wants, one_line_and_the_largest_quantity_are_accepted) {
  EXPECT_EQ(first_wrong({{tea, 1}}), "");
  EXPECT_EQ(first_wrong({{tea, quantity_max}, {cup, 1}}), "");
}

TEST(Wants, what_is_outside_the_limits_is_named) {
  EXPECT_EQ(first_wrong({}), "/lines");
  EXPECT_EQ(first_wrong({{tea, 0}}), "/lines/0/quantity");
  EXPECT_EQ(first_wrong({{tea, 1}, {cup, quantity_max + 1}}), "/lines/1/quantity");
  EXPECT_EQ(first_wrong(std::vector<Want>(lines_max + 1, {tea, 1})), "/lines");
}

TEST(Wants, a_product_stands_in_one_line_only) {
  EXPECT_EQ(first_wrong({{tea, 1}, {cup, 1}, {tea, 2}}), "/lines/2/product_id");
}

TEST(Total, it_is_the_sum_of_price_times_quantity) {
  const std::vector<ReservedLine> lines{{tea, "Tea", 2, {250, "EUR"}},
                                        {cup, "Cup", 1, {1'000, "EUR"}}};
  EXPECT_EQ(total_of(lines, "EUR"), (chassis::Money{1'500, "EUR"}));
  EXPECT_EQ(total_of({}, "EUR"), (chassis::Money{0, "EUR"}));
}

TEST(Total, more_than_the_limit_is_refused) {
  const std::vector<ReservedLine> lines{{tea, "Tea", 1'000, {total_max / 1'000, "EUR"}}};
  EXPECT_EQ(total_of(lines, "EUR").amount, total_max);
  auto more = lines;
  more.push_back({cup, "Cup", 1, {1, "EUR"}});
  EXPECT_THROW(total_of(more, "EUR"), chassis::Error);
}

TEST(OutOfStock, each_short_line_stands_in_the_problem) {
  const auto error = out_of_stock({{tea, 5, 2}, {cup, 1, 0}});
  EXPECT_EQ(error.code(), chassis::ErrorCode::conflict);
  EXPECT_EQ(error.type(), "out-of-stock");
  EXPECT_EQ(error.members(), R"("lines":[{"product_id":")" + tea +
                                 R"(","requested":5,"available":2},{"product_id":")" + cup +
                                 R"(","requested":1,"available":0}])");
}

}  // namespace
}  // namespace product
