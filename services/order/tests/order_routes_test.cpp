#include "order_routes.h"

#include <algorithm>
#include <set>

#include "shop.h"

namespace order {
namespace {

using testing::HasSubstr;

class OrderRoutes : public ShopTest {
 protected:
  std::string bought(const std::string& key, const std::string& user = ada) {
    put(tea_, 1, user);
    return id_of(order(draft(250), key, user));
  }
  /// The ids on all pages of a list.
  std::vector<std::string> walk(const Visitor& tester, const std::string& path, const char* id) {
    std::vector<std::string> ids;
    std::string cursor;
    do {
      const auto answer = tester.get(path + (cursor.empty() ? "" : "&cursor=" + cursor));
      EXPECT_EQ(answer.status, 200) << answer.body;
      chassis::JsonDocument document{answer.body, chassis::Unknown::ignore};
      for (const auto& item : document.root().member("items")->items()) {
        ids.push_back(item.member(id)->text());
      }
      const auto next = *document.root().member("next_cursor");
      cursor = next.is_null() ? "" : next.text();
    } while (!cursor.empty() && ids.size() < 100);
    return ids;
  }

  std::string tea_ = world_.stock->add("Tea", 250);
};

TEST_F(OrderRoutes, a_customer_lists_their_own_orders_newest_first) {
  std::vector<std::string> mine;
  for (int n = 0; n < 5; ++n) {
    mine.push_back(bought("k" + std::to_string(n)));
    bought("k" + std::to_string(n), eve);
  }
  std::reverse(mine.begin(), mine.end());
  EXPECT_EQ(walk(replica_.as(ada), "/v1/orders?limit=2", "id"), mine);
  EXPECT_EQ(walk(replica_.as(ada), "/v1/orders?limit=5", "id"), mine);
  EXPECT_EQ(walk(replica_.as(chassis::new_id()), "/v1/orders?limit=5", "id"),
            std::vector<std::string>{});
}

TEST_F(OrderRoutes, new_orders_do_not_move_the_pages_that_follow) {
  const auto oldest = bought("k1");
  const auto middle = bought("k2");
  auto tester = replica_.as(ada);
  const auto first = tester.get("/v1/orders?limit=1");
  EXPECT_THAT(first.body, HasSubstr(middle));
  bought("k3");
  const auto second = tester.get("/v1/orders?limit=1&cursor=" + member(first.body, "next_cursor"));
  EXPECT_THAT(second.body, HasSubstr(oldest));
  EXPECT_THAT(second.body, HasSubstr(R"("next_cursor":null)"));
}

TEST_F(OrderRoutes, parameters_that_are_wrong_are_named) {
  auto tester = replica_.as(ada);
  for (const auto* query : {"limit=0", "limit=101", "cursor=abc", "status=confirmed"}) {
    EXPECT_EQ(tester.get(std::string{"/v1/orders?"} + query).status, 400) << query;
  }
  EXPECT_EQ(tester.as_nobody().get("/v1/orders").status, 401);
}

TEST_F(OrderRoutes, another_customers_order_looks_missing) {
  const auto id = bought("k1");
  EXPECT_EQ(replica_.as(ada).get("/v1/orders/" + id).status, 200);
  EXPECT_EQ(replica_.as(eve).get("/v1/orders/" + id).status, 404);
  EXPECT_EQ(replica_.as(ada).get("/v1/orders/0190a000-0000-7000-8000-000000000009").status, 404);
  EXPECT_EQ(replica_.as(ada).get("/v1/orders/first").status, 404);
  EXPECT_EQ(replica_.as(ada).as_nobody().get("/v1/orders/" + id).status, 401);
}

TEST_F(OrderRoutes, an_order_that_has_not_changed_is_not_sent_again) {
  const auto id = bought("k1");
  auto tester = replica_.as(ada);
  const std::string tag{tester.get("/v1/orders/" + id).headers.get("ETag")};
  EXPECT_EQ(tester.get("/v1/orders/" + id, {{"If-None-Match", tag}}).status, 304);
  cancel(id);
  EXPECT_EQ(tester.get("/v1/orders/" + id, {{"If-None-Match", tag}}).status, 200);
}

TEST_F(OrderRoutes, the_books_hold_everybodys_orders_for_peers_alone) {
  std::set<std::string> all;
  for (int n = 0; n < 3; ++n) {
    all.insert(bought("k" + std::to_string(n)));
    all.insert(bought("k" + std::to_string(n), eve));
  }
  const auto path = "/internal/books?book=orders&limit=";
  const auto ids = walk(replica_.as(ada).as_peer(), path + std::string{"4"}, "order_id");
  EXPECT_EQ((std::vector<std::string>{all.begin(), all.end()}), ids);
  EXPECT_EQ(walk(replica_.as(ada).as_peer(), path + std::string{"500"}, "order_id"), ids);
  EXPECT_EQ(replica_.as(ada).get("/internal/books?book=orders").status, 404);
  auto peer = replica_.as(ada).as_peer();
  for (const auto* query : {"", "book=stock", "book=orders&limit=501", "book=orders&cursor=x"}) {
    EXPECT_EQ(peer.get(std::string{"/internal/books?"} + query).status, 400) << query;
  }
}

}  // namespace
}  // namespace order
