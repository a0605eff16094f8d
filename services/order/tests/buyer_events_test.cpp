#include "buyer_events.h"

#include "order_json.h"
#include "shop.h"

namespace order {
namespace {

using chassis::Event;
using chassis::Transaction;
using testing::HasSubstr;

class BuyerEvents : public ShopTest {
 protected:
  static Event event(const std::string& type, const std::string& data, int second = 0) {
    return {.id = chassis::new_id(),
            .type = type,
            .subject = ada,
            .person = ada,
            .time = chassis::to_time("2026-11-21T08:15:30Z") + std::chrono::seconds{second},
            .data = data};
  }
  static std::string person(const std::string& name) {
    return R"({"user_id":")" + ada + R"(","name":")" + name +
           R"(","email":"ada@example.com","seed":true})";
  }
  void tell(const std::string& name, int second) {
    replica_.database.write([&](Transaction& transaction) {
      learn(*replica_.buyers, transaction, event("user.changed", person(name), second));
    });
  }
  void delete_user() {
    replica_.database.write([&](Transaction& transaction) {
      erase(*replica_.buyers, transaction,
            event("user.deleted", R"({"user_id":")" + ada + "\"}", 100));
    });
  }
  Buyer known() {
    return replica_.database.read(
        [&](Transaction& transaction) { return replica_.buyers->find(transaction, ada); });
  }

  std::string tea_ = world_.stock->add("Tea", 250);
  static constexpr auto address =
      R"(,"ship_to":{"name":"Ada Lovelace","street":"Street 1","postcode":"1000","city":"Town",)"
      R"("country":"Land"})";
};

TEST_F(BuyerEvents, a_customer_is_known_from_what_was_told_last) {
  EXPECT_FALSE(known().name);
  tell("Ada", 10);
  EXPECT_EQ(known().name, "Ada");
  EXPECT_EQ(known().email, "ada@example.com");
  tell("Lady Ada", 20);
  tell("late news", 15);
  EXPECT_EQ(known().name, "Lady Ada");
}

TEST_F(BuyerEvents, an_order_tells_who_buys) {
  tell("Ada", 10);
  put(tea_, 1);
  order(draft(250));
  EXPECT_THAT(
      text("SELECT data FROM chassis.outbox WHERE type = 'order.confirmed'"),
      HasSubstr(R"("buyer":{"user_id":")" + ada + R"(","name":"Ada","email":"ada@example.com"})"));
}

TEST_F(BuyerEvents, who_is_deleted_is_forgotten_and_that_is_told) {
  tell("Ada", 10);
  put(tea_, 1);
  const auto id = id_of(order(draft(250, "tok", address)));
  put(tea_, 3);
  delete_user();
  EXPECT_FALSE(known().name);
  EXPECT_TRUE(cart().empty());
  EXPECT_FALSE(replica_.checkouts->find(id).ship_to);
  EXPECT_EQ(replica_.checkouts->find(id).status, Status::confirmed);
  EXPECT_EQ(text("SELECT data FROM chassis.outbox WHERE type = 'order.user_erased'"),
            R"({"user_id":")" + ada + "\"}");
  EXPECT_EQ(number("SELECT count(*) FROM chassis.idempotency_keys"), 0);
  // Neither of what could be a person's is left anywhere but in what is still to be sent.
  run("UPDATE chassis.outbox SET data = NULL WHERE forget");
  for (const auto* table : {"orders", "order_lines", "buyers", "carts", "chassis.outbox",
                            "chassis.sagas", "chassis.idempotency_keys"}) {
    EXPECT_EQ(number("SELECT count(*) FROM " + std::string{table} +
                     " AS r WHERE r::text ~ 'Lovelace|ada@example|Street 1'"),
              0)
        << table;
  }
}

TEST_F(BuyerEvents, who_was_deleted_does_not_come_back_with_late_news) {
  delete_user();
  tell("Ada", 200);
  EXPECT_FALSE(known().name);
  delete_user();  // again is harmless
  EXPECT_FALSE(known().email);
}

TEST_F(BuyerEvents, who_was_deleted_orders_nothing_more) {
  put(tea_, 1);
  delete_user();
  put(tea_, 1);
  EXPECT_EQ(order(draft(250, "tok", address)).status, 401);
  EXPECT_EQ(number("SELECT count(*) FROM orders"), 0);
}

TEST_F(BuyerEvents, an_order_under_way_goes_on_without_the_person) {
  put(tea_, 1);
  Replica hasty{world_, {}, std::chrono::milliseconds{200}};
  world_.payments->faults.before("charge", Faults::always());
  const auto id = id_of(order_at(hasty, draft(250, "declined", address), "k1"));
  delete_user();
  world_.payments->faults.clear();
  replica_.sagas.run(checkout_saga, id, std::chrono::seconds{60});
  EXPECT_EQ(replica_.checkouts->find(id).status, Status::declined);
  EXPECT_TRUE(cart().empty());  // nothing comes back for nobody
}

TEST_F(BuyerEvents, what_is_no_such_event_is_refused) {
  for (const auto* data : {"{}", R"({"user_id":"ada","name":"Ada","email":"a@b.c"})", "[]"}) {
    EXPECT_THROW(replica_.database.write([&](Transaction& transaction) {
      learn(*replica_.buyers, transaction, event("user.changed", data));
    }),
                 chassis::Error)
        << data;
  }
}

}  // namespace
}  // namespace order
