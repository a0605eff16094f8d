#include "checkout_routes.h"

#include <barrier>
#include <set>

#include "shop.h"

namespace order {
namespace {

using chassis::Response;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

class CheckoutRoutes : public ShopTest {
 protected:
  std::string tea_ = world_.stock->add("Tea", 250, 10);
};

TEST_F(CheckoutRoutes, a_cart_becomes_an_order) {
  put(tea_, 2);
  const auto answer = order(draft(500, "tok",
                                  R"(,"ship_to":{"name":"Ada","street":"Street 1",)"
                                  R"("postcode":"1000","city":"Town","country":"Land"})"));
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto id = id_of(answer);
  EXPECT_EQ(answer.headers.get("Location"), "/v1/orders/" + id);
  EXPECT_EQ(member(answer.body, "status"), "confirmed");
  EXPECT_THAT(answer.body, HasSubstr(R"("payment":{"status":"captured","brand":"visa",)"
                                     R"("last4":"4242","bank_reference":"bank-)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("ship_to":{"name":"Ada","street":"Street 1")"));
  EXPECT_TRUE(cart().empty());
  const auto found = replica_.as(ada).get("/v1/orders/" + id);
  EXPECT_EQ(found.body, answer.body);
  EXPECT_EQ(found.headers.get("ETag"), answer.headers.get("ETag"));
  expect_balanced();
}

TEST_F(CheckoutRoutes, the_same_key_gets_the_same_answer_and_buys_once) {
  put(tea_, 1);
  const auto first = order(draft(250));
  put(tea_, 1);
  const auto again = order(draft(250));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.get("Location"), first.headers.get("Location"));
  EXPECT_EQ(again.headers.get("ETag"), first.headers.get("ETag"));
  EXPECT_EQ(cart().size(), 1U);
  EXPECT_EQ(world_.payments->captures(), 1);
  EXPECT_EQ(order(draft(251)).status, 422);
  EXPECT_EQ(order(draft(250), "k2").status, 201);
  EXPECT_EQ(order(draft(250), "k1", eve).status, 409);  // another customer's key is another key
}

TEST_F(CheckoutRoutes, a_refusal_is_final_for_its_key_and_the_lines_are_back) {
  put(tea_, 2);
  const auto declined = order(draft(500, "declined"));
  EXPECT_EQ(declined.status, 402);
  EXPECT_EQ(type_of(declined), "declined");
  EXPECT_EQ(cart().at(0).quantity, 2);
  EXPECT_EQ(order(draft(500, "declined")).body, declined.body);
  EXPECT_EQ(order(draft(500, "no-funds"), "k2").status, 402);
  EXPECT_EQ(order(draft(500), "k3").status, 201);
  EXPECT_EQ(number("SELECT count(*) FROM orders"), 3);
  expect_balanced();
}

TEST_F(CheckoutRoutes, out_of_stock_names_each_line) {
  put(tea_, 2);
  world_.stock->set_available(tea_, 1);
  const auto answer = order(draft(500));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(type_of(answer), "out-of-stock");
  EXPECT_THAT(answer.body, HasSubstr(R"("lines":[{"product_id":")" + tea_ +
                                     R"(","requested":2,"available":1}])"));
  EXPECT_EQ(order(draft(500)).body, answer.body);
}

TEST_F(CheckoutRoutes, a_changed_price_is_answered_with_what_is_asked_now) {
  put(tea_, 2);
  world_.stock->reprice(tea_, 300);
  const auto answer = order(draft(500));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(type_of(answer), "price-changed");
  EXPECT_THAT(answer.body, HasSubstr(R"("total":{"amount":600,"currency":"EUR"})"));
  EXPECT_THAT(answer.body, HasSubstr(R"("unit_price":{"amount":300,"currency":"EUR"})"));
  EXPECT_EQ(order(draft(600), "k2").status, 201);
}

TEST_F(CheckoutRoutes, an_empty_cart_orders_nothing_and_leaves_the_key_free) {
  const auto answer = order(draft(250));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(type_of(answer), "cart-empty");
  EXPECT_EQ(number("SELECT count(*) FROM orders"), 0);
  put(tea_, 1);
  EXPECT_EQ(order(draft(250)).status, 201);
}

TEST_F(CheckoutRoutes, what_comes_back_is_added_to_what_was_put_in_meanwhile) {
  put(tea_, 60);
  world_.stock->faults.before("reserve", [&] {
    world_.stock->faults.clear();
    const auto cup = world_.stock->add("Cup", 900);
    replica_.carts->put({Owner::Kind::user, ada}, {cup, "Cup", 1, {900, "EUR"}});
    replica_.carts->put({Owner::Kind::user, ada}, {tea_, "Tea", 60, {250, "EUR"}});
  });
  EXPECT_EQ(order(draft(15'000)).status, 409);
  const auto lines = cart();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].name, "Cup");
  EXPECT_EQ(lines[1].quantity, quantity_max);
}

TEST_F(CheckoutRoutes, a_bank_that_is_slow_is_answered_202_and_the_key_gets_the_end_later) {
  put(tea_, 2);
  Replica hasty{world_, {}, 300ms};
  world_.payments->faults.after("charge", Faults::always());
  const auto pending = order_at(hasty, draft(500), "k1");
  EXPECT_EQ(pending.status, 202) << pending.body;
  EXPECT_EQ(member(pending.body, "status"), "pending");
  EXPECT_EQ(pending.headers.get("Location"), "/v1/orders/" + id_of(pending));
  EXPECT_EQ(order_at(hasty, draft(501), "k1").status, 422);
  EXPECT_EQ(order_at(hasty, draft(500), "k1").status, 202);

  world_.payments->faults.clear();
  const auto final = order(draft(500));
  EXPECT_EQ(final.status, 201) << final.body;
  EXPECT_EQ(id_of(final), id_of(pending));
  EXPECT_EQ(order_at(hasty, draft(500), "k1").body, final.body);
  EXPECT_EQ(world_.payments->captures(), 1);
  expect_balanced();
}

TEST_F(CheckoutRoutes, a_request_with_little_time_is_answered_in_time) {
  put(tea_, 2);
  world_.payments->faults.before("charge", Faults::always());
  chassis::Request request;
  request.method = chassis::Method::post;
  request.context.caller = chassis::Caller{ada, ""};
  request.context.deadline = std::chrono::steady_clock::now() + 1500ms;
  request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "k1"}};
  request.body = draft(500);
  const auto answer = chassis::dispatch(chassis::Router{replica_.routes}, request, "/v1/orders");
  EXPECT_EQ(answer.status, 202) << answer.body;
  EXPECT_LT(std::chrono::steady_clock::now(), request.context.deadline);
}

TEST_F(CheckoutRoutes, twenty_at_once_with_one_key_on_two_replicas_buy_once) {
  put(tea_, 2);
  Replica other{world_};
  std::vector<Response> answers(20);
  std::vector<std::thread> threads;
  threads.reserve(answers.size());
  std::barrier all{static_cast<std::ptrdiff_t>(answers.size())};
  for (std::size_t n = 0; n < answers.size(); ++n) {
    threads.emplace_back([&, n] {
      const auto& replica = n % 2 == 0 ? replica_ : other;
      replica.as(ada).get("/v1/orders");  // opens the thread's connection
      all.arrive_and_wait();
      answers[n] = order_at(replica, draft(500), "k1");
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.body, answers[0].body);
  }
  EXPECT_EQ(number("SELECT count(*) FROM orders"), 1);
  EXPECT_EQ(world_.payments->captures(), 1);
  EXPECT_EQ(world_.stock->sold(tea_), 2);
  EXPECT_EQ(events("order.confirmed"), 1);
  expect_balanced();
}

TEST_F(CheckoutRoutes, two_tabs_with_a_key_each_make_one_order_of_one_cart) {
  constexpr int rounds = 20;
  Replica other{world_};
  Response left;
  Response right;
  std::barrier both{2};
  std::thread tab{[&] {  // keeps its connections from one round to the next
    for (int round = 0; round < rounds; ++round) {
      both.arrive_and_wait();
      left = order_at(other, draft(250), "left");
      both.arrive_and_wait();
    }
  }};
  for (int round = 0; round < rounds; ++round) {
    run("TRUNCATE orders, order_lines, chassis.sagas, chassis.idempotency_keys");
    world_.stock->set_available(tea_, 10);
    put(tea_, 1);
    both.arrive_and_wait();
    right = order_at(replica_, draft(250), "right");
    both.arrive_and_wait();
    EXPECT_EQ((std::multiset{left.status, right.status}), (std::multiset{201, 409}));
    EXPECT_EQ(type_of(left.status == 409 ? left : right), "cart-empty");
    EXPECT_EQ(number("SELECT count(*) FROM orders"), 1);
  }
  tab.join();
}

TEST_F(CheckoutRoutes, two_hundred_buyers_for_fifty_pieces) {
  world_.stock->set_available(tea_, 50);
  const auto buyer = [](int n) {
    return chassis::seeded_id("test", "buyer", static_cast<std::uint64_t>(n));
  };
  for (int n = 0; n < 200; ++n) put(tea_, 1, buyer(n));
  std::atomic<int> next{0};
  std::atomic<int> sold{0};
  std::atomic<int> told{0};
  std::vector<std::thread> threads;
  threads.reserve(16);
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      for (int n = next++; n < 200; n = next++) {
        const auto answer = order_at(replica_, draft(250), "k", buyer(n));
        sold += answer.status == 201 ? 1 : 0;
        told += answer.status == 409 && type_of(answer) == "out-of-stock" ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sold, 50);
  EXPECT_EQ(told, 150);
  EXPECT_EQ(world_.stock->available(tea_), 0);
  EXPECT_EQ(world_.payments->held(), 50 * 250);
  expect_balanced();
}

TEST_F(CheckoutRoutes, a_key_may_be_used_again_after_a_day) {
  put(tea_, 1);
  const auto first = order(draft(250));
  run("UPDATE chassis.idempotency_keys SET created_at = now() - interval '25 hours'");
  run("ALTER TABLE orders DISABLE TRIGGER guard_order");
  run("UPDATE orders SET created_at = now() - interval '25 hours'");
  run("ALTER TABLE orders ENABLE TRIGGER guard_order");
  put(tea_, 2);
  const auto second = order(draft(500));
  EXPECT_EQ(second.status, 201) << second.body;
  EXPECT_NE(id_of(second), id_of(first));
  EXPECT_EQ(number("SELECT count(*) FROM orders WHERE request_key IS NULL"), 1);
}

TEST_F(CheckoutRoutes, bad_fields_are_named_and_nothing_is_ordered) {
  put(tea_, 1);
  const auto named = [&](const std::string& body, const std::string& pointer) {
    const auto answer = order(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr("\"pointer\":\"" + pointer + "\"")) << body;
  };
  named(R"({"expected_total":{"amount":250,"currency":"EUR"}})", "/card_token");
  named(draft(250, ""), "/card_token");
  named(draft(250, std::string(201, 'x')), "/card_token");
  named(draft(-1), "/expected_total/amount");
  named(R"({"card_token":"t","expected_total":{"amount":250,"currency":"USD"}})",
        "/expected_total/currency");
  named(R"({"card_token":"t"})", "/expected_total");
  named(draft(250, "t", R"(,"card_number":"4242424242424242")"), "/card_number");
  named(draft(250, "t", R"(,"ship_to":{"name":"Ada"})"), "/ship_to/street");
  named(draft(250, "t",
              R"(,"ship_to":{"name":"","street":"s","postcode":"p","city":"c",)"
              R"("country":"l"})"),
        "/ship_to/name");
  EXPECT_EQ(replica_.as(ada).post("/v1/orders", draft(250)).status, 400);
  EXPECT_EQ(replica_.as(ada).as_nobody().post("/v1/orders", draft(250)).status, 401);
  EXPECT_EQ(number("SELECT count(*) FROM orders"), 0);
  EXPECT_EQ(cart().size(), 1U);
  EXPECT_EQ(order(draft(250, std::string(200, 'x'))).status, 201);
}

TEST_F(CheckoutRoutes, the_cards_token_is_in_the_sagas_data_until_it_ends_and_nowhere_else) {
  const auto places = [] {
    std::multiset<std::string> tables;
    const auto names = shared->database().read([](chassis::Transaction& transaction) {
      std::vector<std::string> list;
      for (const auto& row :
           transaction.exec("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) "
                            "FROM pg_tables WHERE schemaname IN ('public', 'chassis')")) {
        list.emplace_back(row[0].c_str());
      }
      return list;
    });
    for (const auto& name : names) {
      const auto found =
          number("SELECT count(*) FROM " + name + " AS r WHERE r::text LIKE '%tok-of-the-card%'");
      if (found > 0) tables.insert(name);
    }
    return tables;
  };
  put(tea_, 1);
  Replica hasty{world_, {}, 200ms};
  world_.payments->faults.before("charge", Faults::always());
  const auto pending = order_at(hasty, draft(250), "k1");
  EXPECT_EQ(pending.status, 202);
  EXPECT_THAT(pending.body, Not(HasSubstr("tok-of-the-card")));
  EXPECT_EQ(places(), (std::multiset<std::string>{"chassis.sagas"}));
  world_.payments->faults.clear();
  EXPECT_EQ(order(draft(250)).status, 201);
  EXPECT_EQ(places(), std::multiset<std::string>{});
}

}  // namespace
}  // namespace order
