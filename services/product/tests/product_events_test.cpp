#include "product_events.h"

#include <gmock/gmock.h>

#include "chassis/cache.h"
#include "chassis/id.h"
#include "chassis/listener.h"
#include "chassis/testing/database.h"
#include "chassis/testing/events.h"
#include "chassis/testing/nats.h"
#include "demo_json.h"
#include "demo_store.h"
#include "product_embedded.h"
#include "product_store.h"
#include "reservation_events.h"
#include "reservation_store.h"

namespace product {
namespace {

using chassis::Transaction;
using chassis::testing::await;
using chassis::testing::EventTraffic;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ProductEvents : public testing::Test {
 protected:
  std::string add(const std::string& name, std::int64_t stock) {
    return database_.database().write([&](Transaction& transaction) {
      return PostgresProductChanges{transaction, "EUR"}
          .create({name, "It sings.", "brass", {250, "EUR"}, stock}, "test")
          .id;
    });
  }
  void adjust(const std::string& id, std::int64_t delta) {
    database_.database().write([&](Transaction& transaction) {
      PostgresProductChanges{transaction, "EUR"}.adjust(id, {delta, "count"}, "test");
    });
  }
  void sell(int n, const std::string& id, std::int64_t quantity) {
    reservations_->reserve(order(n), {{id, quantity}});
    reservations_->commit(order(n));
  }
  bool take_back(int n) {
    return database_.database().write(
        [&](Transaction& transaction) { return reservations_->take_back(transaction, order(n)); });
  }
  static std::string order(int n) {
    return chassis::seeded_id("test", "order", static_cast<std::uint64_t>(n));
  }

  /// What was told since the last time, oldest first: "<type> <stock>", and "gone" when it is
  /// listed no more.
  std::vector<std::string> told() {
    return database_.database().write([&](Transaction& transaction) {
      std::vector<std::string> events;
      for (const auto& row : transaction.exec(
               "SELECT concat_ws(' ', type, data ->> 'stock', CASE data ->> 'listed' WHEN 'false'"
               " THEN 'gone' END) FROM chassis.outbox ORDER BY created_at, id")) {
        events.emplace_back(row[0].c_str());
      }
      transaction.exec("DELETE FROM chassis.outbox");
      return events;
    });
  }
  std::string ask(const std::string& sql) {
    return database_.database().read(
        [&](Transaction& transaction) { return std::string{transaction.exec(sql)[0][0].c_str()}; });
  }

  chassis::testing::TestDatabase database_{embedded()};
  PostgresProducts products_{database_.database(), "EUR"};
  std::shared_ptr<PostgresReservations> reservations_ = std::make_shared<PostgresReservations>(
      database_.database(), "EUR", std::chrono::minutes{15}, 5);
};

TEST_F(ProductEvents, what_an_administrator_does_is_told) {
  const auto kettle = add("Kettle", 9);
  EXPECT_EQ(ask("SELECT data FROM chassis.outbox"),
            "{\"id\":\"" + kettle +
                R"(","slug":"kettle","name":"Kettle","category":"brass","price":{"amount":250,)" +
                R"("currency":"EUR"},"stock":9,"image_url":"/pictures/brass/)" + kettle +
                R"(.svg","version":1,"listed":true})");
  EXPECT_THAT(told(), ElementsAre("product.changed 9"));
  ProductEdit edit;
  edit.price = 300;
  products_.edit(kettle, edit, {}, "test");
  EXPECT_THAT(ask("SELECT data FROM chassis.outbox"), HasSubstr(R"("price":{"amount":300)"));
  adjust(kettle, -2);
  products_.edit(kettle, {}, {}, "test");  // changes nothing
  EXPECT_THAT(told(), ElementsAre("product.changed 9", "product.changed 7"));
  products_.remove(kettle, {});
  EXPECT_THAT(told(), ElementsAre("product.changed 7 gone"));
}

TEST_F(ProductEvents, what_was_refused_is_not_told) {
  const auto kettle = add("Kettle", 9);
  told();
  ProductEdit edit;
  edit.name = "Late";
  EXPECT_ANY_THROW(products_.edit(kettle, edit, 7, "test"));
  EXPECT_ANY_THROW(adjust(kettle, -10));
  EXPECT_ANY_THROW(products_.remove(kettle, 7));
  EXPECT_ANY_THROW(reservations_->reserve(order(1), {{kettle, 10}}));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ProductEvents, only_the_last_piece_and_the_first_one_back_are_told) {
  const auto kettle = add("Kettle", 10);
  told();
  reservations_->reserve(order(1), {{kettle, 1}});
  reservations_->release(order(1));
  EXPECT_THAT(told(), IsEmpty());
  reservations_->reserve(order(2), {{kettle, 7}});
  reservations_->reserve(order(3), {{kettle, 3}});
  EXPECT_THAT(told(), ElementsAre("product.changed 0"));
  reservations_->release(order(3));
  EXPECT_THAT(told(), ElementsAre("product.changed 3"));
  reservations_->release(order(2));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ProductEvents, pieces_that_come_back_at_once_to_an_empty_shelf_are_told_once) {
  const auto kettle = add("Kettle", 10);
  told();
  reservations_->reserve(order(1), {{kettle, 4}});
  reservations_->reserve(order(2), {{kettle, 6}});
  EXPECT_THAT(told(), ElementsAre("product.changed 0"));
  database_.database().write([](Transaction& transaction) {
    transaction.exec("UPDATE reservations SET expires_at = now() - interval '1 second'");
  });
  EXPECT_EQ(reservations_->expire(10), 2);
  EXPECT_THAT(told(), ElementsAre("product.changed 10"));
}

TEST_F(ProductEvents, a_sale_down_to_few_pieces_is_told_when_it_gets_there) {
  const auto kettle = add("Kettle", 8);
  told();
  sell(1, kettle, 2);
  EXPECT_THAT(told(), IsEmpty());  // six are left
  reservations_->reserve(order(2), {{kettle, 1}});
  EXPECT_THAT(told(), IsEmpty());  // not sold yet
  reservations_->commit(order(2));
  EXPECT_EQ(ask("SELECT data FROM chassis.outbox"),
            "{\"product_id\":\"" + kettle + R"(","name":"Kettle","stock":5})");
  EXPECT_THAT(told(), ElementsAre("stock.low 5"));
  sell(3, kettle, 1);
  EXPECT_THAT(told(), IsEmpty());  // that was known
  EXPECT_TRUE(take_back(2));
  EXPECT_TRUE(take_back(1));
  sell(4, kettle, 6);
  EXPECT_THAT(told(), ElementsAre("stock.low 1"));
}

TEST_F(ProductEvents, returned_pieces_are_told_when_there_were_none) {
  const auto kettle = add("Kettle", 20);
  sell(1, kettle, 2);
  sell(2, kettle, 18);
  told();
  take_back(1);
  EXPECT_THAT(told(), ElementsAre("product.changed 2"));
  take_back(2);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ProductEvents, demo_products_are_told_when_they_are_new) {
  const auto demo = demo_catalogue(embedded(), 2, "EUR");
  load(database_.database(), demo);
  EXPECT_EQ(told().size(), 20U);
  load(database_.database(), demo);
  EXPECT_THAT(told(), IsEmpty());
}

/// Over a real NATS, with another replica that has the product in its cache.
TEST_F(ProductEvents, a_cancelled_order_fills_the_shelf_again_and_every_replica_sees_it) {
  const auto kettle = add("Kettle", 8);
  sell(1, kettle, 2);
  chassis::Listener listener{database_.url()};
  chassis::Cache cache{"test", 100'000, listener, "product_changed"};
  listener.start();
  await([&] { return listener.connected(); });
  const auto stock_seen = [&] {
    return cache.get(kettle, [&] { return std::to_string(products_.find(kettle).stock); });
  };
  EXPECT_EQ(stock_seen(), "6");

  const chassis::testing::TestNats nats;
  chassis::testing::TestDatabase orders;
  const EventTraffic order_traffic{"order", orders.url(), nats.url()};
  const EventTraffic traffic{"product", database_.url(), nats.url(),
                             [&](chassis::Events& events) { consume(events, reservations_); }};
  const auto cancel = [&](int n) {
    orders.database().write([&](Transaction& transaction) {
      chassis::publish(transaction, "order.cancelled", order(n),
                       "{\"order_id\":\"" + order(n) + "\",\"lines\":[]}");
    });
  };
  cancel(1);
  await([&] { return stock_seen() == "8"; });
  cancel(1);  // told twice, as two events
  cancel(2);  // of which nothing is known here
  await([&] { return ask("SELECT count(*) FROM chassis.inbox") == "3"; });
  EXPECT_EQ(products_.find(kettle).stock, 8);
  EXPECT_EQ(ask("SELECT count(*) FROM chassis.event_failures"), "0");
}

}  // namespace
}  // namespace product
