#include "line.h"

#include <gtest/gtest.h>

#include <random>

#include "chassis/id.h"

namespace order {
namespace {

Line line(std::uint64_t product, std::int64_t quantity, std::int64_t price = 100) {
  return {chassis::seeded_id("test", "product", product), "Tea", quantity, {price, "EUR"}};
}

TEST(Line, totals_are_exact) {
  EXPECT_EQ(total_of(line(1, 3, 333)), (chassis::Money{999, "EUR"}));
  EXPECT_EQ(total_of({line(1, 3, 333), line(2, 1, 1)}, "EUR"), (chassis::Money{1000, "EUR"}));
  EXPECT_EQ(total_of(std::vector<Line>{}, "EUR"), (chassis::Money{0, "EUR"}));
}

TEST(Line, the_same_product_adds_up_to_the_most_there_may_be) {
  EXPECT_EQ(added({line(1, 2)}, {line(1, 3)}), (std::vector{line(1, 5)}));
  EXPECT_EQ(added({line(1, 60)}, {line(1, 60)}), (std::vector{line(1, quantity_max)}));
  EXPECT_EQ(added({line(1, 2, 100)}, {line(1, 1, 120)}), (std::vector{line(1, 3, 120)}));
}

TEST(Line, what_finds_no_room_stays_out_and_known_products_need_none) {
  std::vector<Line> cart;
  for (std::uint64_t n = 0; n < lines_max - 1; ++n) cart.push_back(line(n, 1));
  const auto changed = added(cart, {line(100, 1), line(101, 1), line(0, 4)});
  EXPECT_EQ(changed, (std::vector{line(100, 1), line(0, 5)}));
}

TEST(Line, adding_never_breaks_a_limit) {
  std::minstd_rand random{7};
  for (int round = 0; round < 200; ++round) {
    const auto some = [&] {
      std::vector<Line> lines;
      const auto count = random() % (lines_max + 1);
      for (std::uint64_t n = 0; n < count; ++n) {
        lines.push_back(line(n * 2 + random() % 2, 1 + static_cast<std::int64_t>(random() % 99)));
      }
      return lines;
    };
    const auto cart = some();
    std::size_t size = cart.size();
    for (const auto& each : added(cart, some())) {
      EXPECT_GE(each.quantity, 1);
      EXPECT_LE(each.quantity, quantity_max);
      bool known = false;
      for (const auto& old : cart) known = known || old.product_id == each.product_id;
      if (!known) ++size;
    }
    EXPECT_LE(size, lines_max);
  }
}

}  // namespace
}  // namespace order
