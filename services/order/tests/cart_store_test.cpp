#include "cart_store.h"

#include <gtest/gtest.h>

#include <thread>

#include "chassis/id.h"
#include "chassis/testing/database.h"
#include "order_embedded.h"

namespace order {
namespace {

using chassis::Error;
using chassis::Transaction;

const Owner ada{Owner::Kind::user, "0190a000-0000-7000-8000-00000000ada0"};
const Owner guest{Owner::Kind::guest, "7f3f0d3e-6a52-4c0b-9a5d-1f2e3d4c5b6a"};

Line line(std::uint64_t product, std::int64_t quantity, const std::string& name = "Tea") {
  return {chassis::seeded_id("test", "product", product), name, quantity, {250, "EUR"}};
}

class CartStore : public testing::Test {
 protected:
  std::int64_t ask(const std::string& sql) {
    return database_.database().read(
        [&](Transaction& transaction) { return transaction.exec(sql)[0][0].as<std::int64_t>(); });
  }
  void run(const std::string& sql) {
    database_.database().write([&](Transaction& transaction) { transaction.exec(sql); });
  }

  chassis::testing::TestDatabase database_{embedded()};
  PostgresCarts carts_{database_.database(), "EUR"};
};

TEST_F(CartStore, a_cart_nobody_filled_is_empty_and_leaves_no_row) {
  EXPECT_TRUE(carts_.find(ada).lines.empty());
  EXPECT_EQ(carts_.find(ada).version, 0);
  carts_.remove(ada, line(1, 1).product_id);
  carts_.clear(ada);
  carts_.merge(guest.id, ada.id);
  EXPECT_EQ(ask("SELECT count(*) FROM carts"), 0);
}

TEST_F(CartStore, what_was_put_in_is_there_in_its_order_and_each_change_counts) {
  EXPECT_EQ(carts_.put(ada, line(2, 1, "Cup \"of\" tea")).version, 1);
  EXPECT_EQ(carts_.put(ada, line(1, 2)).version, 2);
  const auto cart = carts_.put(ada, line(2, 5, "Cup \"of\" tea"));
  EXPECT_EQ(cart.version, 3);
  EXPECT_EQ(cart.lines, (std::vector{line(2, 5, "Cup \"of\" tea"), line(1, 2)}));
  EXPECT_EQ(carts_.find(ada).lines, cart.lines);
  EXPECT_EQ(carts_.find(ada).version, 3);
  EXPECT_EQ(carts_.open(), 1);
}

TEST_F(CartStore, removing_twice_is_harmless_and_counts_once) {
  carts_.put(ada, line(1, 1));
  carts_.put(ada, line(2, 1));
  carts_.remove(ada, line(1, 1).product_id);
  EXPECT_EQ(carts_.find(ada).version, 3);
  carts_.remove(ada, line(1, 1).product_id);
  EXPECT_EQ(carts_.find(ada).version, 3);
  EXPECT_EQ(carts_.find(ada).lines, (std::vector{line(2, 1)}));
  carts_.clear(ada);
  carts_.clear(ada);
  EXPECT_EQ(carts_.find(ada).version, 4);
  EXPECT_EQ(carts_.open(), 0);
}

TEST_F(CartStore, a_guest_and_a_customer_have_carts_of_their_own) {
  const Owner namesake{Owner::Kind::guest, ada.id};
  carts_.put(ada, line(1, 1));
  EXPECT_TRUE(carts_.find(namesake).lines.empty());
}

TEST_F(CartStore, a_cart_holds_so_many_products_and_no_more) {
  for (std::uint64_t n = 0; n < lines_max; ++n) carts_.put(ada, line(n, 1));
  try {
    carts_.put(ada, line(99, 1));
    FAIL() << "one too many went in";
  } catch (const Error& error) {
    EXPECT_EQ(error.type(), "cart-full");
  }
  EXPECT_EQ(carts_.find(ada).lines.size(), lines_max);
  EXPECT_EQ(carts_.put(ada, line(0, 7)).lines[0].quantity, 7);
}

TEST_F(CartStore, the_database_itself_refuses_quantities_beyond_the_limits) {
  EXPECT_THROW(carts_.put(ada, line(1, 0)), Error);
  EXPECT_THROW(carts_.put(ada, line(1, quantity_max + 1)), Error);
  EXPECT_EQ(ask("SELECT count(*) FROM carts"), 0);
}

TEST_F(CartStore, merging_adds_up_once_and_ends_the_guests_cart) {
  carts_.put(ada, line(1, 2));
  carts_.put(guest, line(1, 3));
  carts_.put(guest, line(2, 1));
  const auto merged = carts_.merge(guest.id, ada.id);
  EXPECT_EQ(merged.lines, (std::vector{line(1, 5), line(2, 1)}));
  const auto again = carts_.merge(guest.id, ada.id);
  EXPECT_EQ(again.lines, merged.lines);
  EXPECT_EQ(again.version, merged.version);
  EXPECT_TRUE(carts_.find(guest).lines.empty());
  EXPECT_EQ(ask("SELECT count(*) FROM carts"), 1);
}

TEST_F(CartStore, merging_keeps_within_the_limits) {
  for (std::uint64_t n = 0; n < lines_max; ++n) {
    carts_.put(guest, line(n, 60));
    if (n > 0) carts_.put(ada, line(n + 10, 60));
  }
  const auto merged = carts_.merge(guest.id, ada.id);
  EXPECT_EQ(merged.lines.size(), lines_max);
  for (const auto& each : merged.lines) EXPECT_LE(each.quantity, quantity_max);
}

TEST_F(CartStore, the_same_guest_merged_by_many_at_once_adds_up_once) {
  carts_.put(guest, line(1, 3));
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int n = 0; n < 8; ++n) threads.emplace_back([&] { carts_.merge(guest.id, ada.id); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(carts_.find(ada).lines, (std::vector{line(1, 3)}));
}

TEST_F(CartStore, changes_from_many_tabs_are_all_kept) {
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (std::uint64_t n = 0; n < 8; ++n) {
    threads.emplace_back([&, n] {
      for (std::int64_t quantity = 1; quantity <= 5; ++quantity) carts_.put(ada, line(n, quantity));
    });
  }
  for (auto& thread : threads) thread.join();
  const auto cart = carts_.find(ada);
  EXPECT_EQ(cart.lines.size(), 8U);
  for (const auto& each : cart.lines) EXPECT_EQ(each.quantity, 5);
  EXPECT_EQ(cart.version, 40);
}

TEST_F(CartStore, guests_carts_go_after_a_month_and_customers_stay) {
  const Owner fresh{Owner::Kind::guest, "7f3f0d3e-6a52-4c0b-9a5d-000000000001"};
  carts_.put(ada, line(1, 1));
  carts_.put(guest, line(1, 1));
  run("UPDATE carts SET touched_at = now() - interval '30 days 1 minute'");
  carts_.put(fresh, line(1, 1));
  EXPECT_EQ(carts_.purge(0), 0);
  tidy_up(carts_);
  EXPECT_TRUE(carts_.find(guest).lines.empty());
  EXPECT_EQ(carts_.find(fresh).lines.size(), 1U);
  EXPECT_EQ(carts_.find(ada).lines.size(), 1U);
  EXPECT_EQ(ask("SELECT count(*) FROM cart_lines"), 2);
}

TEST_F(CartStore, a_change_keeps_a_guests_cart_alive) {
  carts_.put(guest, line(1, 1));
  run("UPDATE carts SET touched_at = now() - interval '31 days'");
  carts_.put(guest, line(1, 2));
  EXPECT_EQ(carts_.purge(10), 0);
}

}  // namespace
}  // namespace order
