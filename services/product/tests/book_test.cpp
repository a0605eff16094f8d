#include "book.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <utility>

#include "book_routes.h"
#include "book_store.h"
#include "chassis/id.h"
#include "chassis/json.h"
#include "chassis/page.h"
#include "chassis/testing/database.h"
#include "chassis/testing/routes.h"
#include "product_embedded.h"
#include "product_store.h"
#include "reservation_store.h"

namespace product {
namespace {

using chassis::Transaction;
using testing::HasSubstr;

class BookTest : public testing::Test {
 protected:
  BookTest() { auditor_.as_peer(); }

  template <typename Work>
  auto change(Work work) {
    return database_.database().write([&](Transaction& transaction) {
      PostgresProductChanges changes{transaction, "EUR"};
      return work(changes);
    });
  }
  std::string add(std::int64_t stock) {
    return change([&](PostgresProductChanges& changes) {
      return changes.create({"Tea", "", "teas", {250, "EUR"}, stock}, "test").id;
    });
  }
  void adjust(const std::string& id, std::int64_t delta) {
    change([&](PostgresProductChanges& changes) {
      return changes.adjust(id, {delta, "count"}, "test");
    });
  }
  static std::string order(int n) {
    return chassis::seeded_id("test", "order", static_cast<std::uint64_t>(n));
  }
  /// The ids on all pages of a book, in their order, and how many pages there were.
  std::pair<std::vector<std::string>, int> walk(const std::string& query, const char* id) {
    std::vector<std::string> ids;
    std::string cursor;
    int pages = 0;
    do {
      const auto answer = auditor_.get("/internal/books?" + query + cursor);
      EXPECT_EQ(answer.status, 200) << answer.body;
      if (answer.status != 200) break;
      ++pages;
      chassis::JsonDocument document{answer.body};
      for (const auto& item : document.root().member("items")->items()) {
        ids.push_back(item.member(id)->text());
      }
      const auto next = *document.root().member("next_cursor");
      cursor = next.is_null() ? "" : "&cursor=" + next.text();
    } while (!cursor.empty() && pages < 100);
    return {ids, pages};
  }

  chassis::testing::TestDatabase database_{embedded()};
  PostgresReservations reservations_{database_.database(), "EUR", std::chrono::minutes{15}, 5};
  std::shared_ptr<PostgresBooks> books_ = std::make_shared<PostgresBooks>(database_.database());
  chassis::testing::RouteTester auditor_{book_routes(books_)};
};

TEST_F(BookTest, the_stock_book_tells_each_way_by_which_pieces_came_and_went) {
  const auto tea = add(10);
  adjust(tea, 5);
  adjust(tea, -3);
  reservations_.reserve(order(1), {{tea, 4}});
  reservations_.commit(order(1));
  reservations_.reserve(order(2), {{tea, 2}});
  reservations_.commit(order(2));
  database_.database().write(
      [&](Transaction& transaction) { reservations_.take_back(transaction, order(2)); });
  reservations_.reserve(order(3), {{tea, 1}});
  PostgresProducts{database_.database(), "EUR"}.remove(tea, {});
  EXPECT_EQ(auditor_.get("/internal/books?book=stock").body,
            "{\"items\":[{\"product_id\":\"" + tea +
                R"(","initial":10,"received":5,"sold":6,"returned":2,"adjusted":-3,"on_hand":8,)" +
                R"("reserved":1,"held":1}],"next_cursor":null})");
}

TEST_F(BookTest, the_book_of_reservations_tells_state_and_lines) {
  const auto tea = add(10);
  reservations_.reserve(order(1), {{tea, 4}});
  reservations_.commit(order(1));
  database_.database().write(
      [&](Transaction& transaction) { reservations_.take_back(transaction, order(1)); });
  reservations_.release(order(2));  // that never was reserved
  const auto row = [&](int n) {
    for (const auto& each : books_->reservations("", 10)) {
      if (each.order_id == order(n)) return each;
    }
    return ReservationRow{};
  };
  EXPECT_EQ(row(1).state, "committed");
  EXPECT_TRUE(row(1).returned);
  EXPECT_EQ(row(1).lines, (std::vector<Want>{{tea, 4}}));
  EXPECT_EQ(row(2).state, "released");
  EXPECT_FALSE(row(2).returned);
  EXPECT_TRUE(row(2).lines.empty());
  EXPECT_THAT(auditor_.get("/internal/books?book=reservations").body,
              HasSubstr(R"("state":"committed","returned":true,"lines":[{"product_id":")" + tea +
                        R"(","quantity":4}],"updated_at":")"));
}

TEST_F(BookTest, a_reservation_is_younger_after_each_change) {
  const auto tea = add(10);
  reservations_.reserve(order(1), {{tea, 4}});
  auto before = books_->reservations("", 1).at(0).updated_at;
  const auto is_younger = [&] {
    const auto now = books_->reservations("", 1).at(0).updated_at;
    return std::exchange(before, now) < now;
  };
  reservations_.commit(order(1));
  EXPECT_TRUE(is_younger());
  database_.database().write(
      [&](Transaction& transaction) { reservations_.take_back(transaction, order(1)); });
  EXPECT_TRUE(is_younger());
}

TEST_F(BookTest, a_book_is_read_in_pages_in_the_order_of_its_ids) {
  std::vector<std::string> products;
  std::vector<std::string> orders;
  for (int n = 0; n < 5; ++n) {
    products.push_back(add(10));
    orders.push_back(order(n));
    reservations_.reserve(order(n), {{products.back(), 1}});
    if (n == 0) reservations_.release(order(n));
  }
  std::sort(products.begin(), products.end());
  std::sort(orders.begin(), orders.end());
  EXPECT_EQ(walk("book=stock&limit=2", "product_id"), (std::pair{products, 3}));
  EXPECT_EQ(walk("book=reservations&limit=2", "order_id"), (std::pair{orders, 3}));
  EXPECT_EQ(walk("book=reservations", "order_id"), (std::pair{orders, 1}));
}

TEST_F(BookTest, a_page_ends_early_when_its_reservations_are_large) {
  database_.database().write([](Transaction& transaction) {
    transaction.exec(
        "INSERT INTO products (id, slug, name, description, category, price, on_hand)"
        " SELECT gen_random_uuid(), 's' || n, 'Tea', '', 'teas', 1, 0 FROM generate_series(1, 100) "
        "n");
    transaction.exec(
        "INSERT INTO reservations (order_id, state, expires_at)"
        " SELECT gen_random_uuid(), 'committed', now() FROM generate_series(1, 120)");
    transaction.exec(
        "INSERT INTO reservation_lines SELECT order_id, id, name, 1, 1 FROM reservations, "
        "products");
  });
  const auto [ids, pages] = walk("book=reservations&limit=500", "order_id");
  EXPECT_EQ(ids.size(), 120U);
  EXPECT_EQ(pages, 3);
}

TEST_F(BookTest, other_books_odd_places_and_strangers_are_refused) {
  EXPECT_EQ(auditor_.get("/internal/books").status, 400);
  EXPECT_EQ(auditor_.get("/internal/books?book=orders").status, 400);
  EXPECT_EQ(auditor_.get("/internal/books?book=stock&limit=501").status, 400);
  EXPECT_EQ(auditor_.get("/internal/books?book=stock&limit=500").status, 200);
  EXPECT_EQ(auditor_.get("/internal/books?book=stock&cursor=here").status, 400);
  EXPECT_EQ(
      auditor_
          .get("/internal/books?book=stock&cursor=" + chassis::cursor({order(1)}, "reservations"))
          .status,
      400);
  EXPECT_EQ(auditor_.as_admin().get("/internal/books?book=stock").status, 404);
}

}  // namespace
}  // namespace product
