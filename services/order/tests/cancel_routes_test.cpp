#include "cancel_routes.h"

#include <barrier>

#include "shop.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Response;
using testing::HasSubstr;
using namespace std::chrono_literals;

class CancelRoutes : public ShopTest {
 protected:
  std::string bought(const std::string& key = "k1") {
    put(tea_, 2);
    return id_of(order(draft(500), key));
  }
  static void age(const std::string& by) {
    run("ALTER TABLE orders DISABLE TRIGGER guard_order");
    run("UPDATE orders SET confirmed_at = now() - interval '" + by + "'");
    run("ALTER TABLE orders ENABLE TRIGGER guard_order");
  }
  std::string tea_ = world_.stock->add("Tea", 250, 10);
};

TEST_F(CancelRoutes, the_money_goes_back_and_others_are_told) {
  const auto id = bought();
  const auto answer = cancel(id);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(member(answer.body, "status"), "cancelled");
  EXPECT_THAT(answer.body, HasSubstr(R"("refund":{"amount":500,"currency":"EUR"})"));
  EXPECT_THAT(answer.body, HasSubstr(R"("payment":{"status":"refunded")"));
  EXPECT_EQ(world_.payments->held(id), 0);
  EXPECT_EQ(events("order.cancelled"), 1);
  const auto event = text("SELECT data FROM chassis.outbox WHERE type = 'order.cancelled'");
  EXPECT_EQ(member(event, "order_id"), id);
  EXPECT_THAT(event, HasSubstr(R"("lines":[{"product_id":")" + tea_));
  EXPECT_EQ(replica_.as(ada).get("/v1/orders/" + id).body, answer.body);
  expect_balanced();
}

TEST_F(CancelRoutes, twice_gives_back_once_by_the_same_key_and_by_another) {
  const auto id = bought();
  const auto first = cancel(id);
  EXPECT_EQ(cancel(id).body, first.body);
  EXPECT_EQ(cancel(id, "c2").body, first.body);
  EXPECT_EQ(world_.payments->refunds(), 1);
  EXPECT_EQ(events("order.cancelled"), 1);
}

TEST_F(CancelRoutes, many_at_once_give_back_once) {
  const auto id = bought();
  Replica other{world_};
  std::vector<Response> answers(12);
  std::vector<std::thread> threads;
  threads.reserve(answers.size());
  std::barrier all{static_cast<std::ptrdiff_t>(answers.size())};
  for (std::size_t n = 0; n < answers.size(); ++n) {
    threads.emplace_back([&, n] {
      const auto visitor = (n % 2 == 0 ? replica_ : other).as(ada);
      visitor.get("/v1/orders/" + id);  // opens the thread's connection
      all.arrive_and_wait();
      answers[n] = visitor.post("/v1/orders/" + id + "/cancel", "",
                                {{"Idempotency-Key", "c" + std::to_string(n)}});
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answer : answers) EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(world_.payments->refunds(), 1);
  EXPECT_EQ(events("order.cancelled"), 1);
  expect_balanced();
}

TEST_F(CancelRoutes, a_lost_answer_is_asked_for_again) {
  const auto id = bought();
  world_.payments->faults.after("refund", Faults::times(3));
  EXPECT_EQ(cancel(id).status, 200);
  EXPECT_EQ(world_.payments->refunds(), 1);
  expect_balanced();
}

TEST_F(CancelRoutes, a_refund_under_way_is_answered_202_and_the_key_gets_the_end_later) {
  const auto id = bought();
  Replica hasty{world_, {}, 300ms};
  world_.payments->faults.before("refund", Faults::always());
  const auto path = "/v1/orders/" + id + "/cancel";
  const auto waiting = hasty.as(ada).post(path, "", {{"Idempotency-Key", "c1"}});
  EXPECT_EQ(waiting.status, 202) << waiting.body;
  EXPECT_EQ(member(waiting.body, "status"), "cancelling");
  EXPECT_EQ(waiting.headers.get("Location"), "/v1/orders/" + id);
  EXPECT_THAT(waiting.body, HasSubstr(R"("refund":null)"));
  EXPECT_EQ(hasty.as(ada).post(path, "", {{"Idempotency-Key", "c2"}}).status, 202);
  world_.payments->faults.clear();
  EXPECT_EQ(cancel(id).status, 200);
  EXPECT_EQ(cancel(id, "c2").status, 200);
  EXPECT_EQ(world_.payments->refunds(), 1);
}

TEST_F(CancelRoutes, a_refund_that_is_refused_is_owed_until_it_is_done) {
  const auto id = bought();
  Replica hasty{world_, {}, 500ms};
  world_.payments->faults.before("refund", [] {
    throw Error{ErrorCode::conflict, "more than was captured"}.type("refund-exceeds");
  });
  EXPECT_EQ(
      hasty.as(ada).post("/v1/orders/" + id + "/cancel", "", {{"Idempotency-Key", "c1"}}).status,
      202);
  EXPECT_EQ(replica_.checkouts->find(id).status, Status::cancelling);
  world_.payments->faults.clear();
  EXPECT_EQ(cancel(id).status, 200);
  expect_balanced();
}

TEST_F(CancelRoutes, another_replica_goes_on_with_it) {
  const auto id = bought();
  {
    Replica dying{world_, {}, 300ms};
    world_.payments->faults.after("refund", Faults::always());
    EXPECT_EQ(
        dying.as(ada).post("/v1/orders/" + id + "/cancel", "", {{"Idempotency-Key", "c1"}}).status,
        202);
  }
  world_.payments->faults.clear();
  Replica heir{world_};
  heir.sagas.begin();
  wait_until([&] { return heir.checkouts->find(id).status == Status::cancelled; });
  heir.sagas.stop();
  EXPECT_EQ(world_.payments->refunds(), 1);
  EXPECT_EQ(events("order.cancelled"), 1);
  EXPECT_EQ(cancel(id).status, 200);
}

TEST_F(CancelRoutes, only_what_is_confirmed_can_be_cancelled) {
  put(tea_, 2);
  EXPECT_EQ(order(draft(500, "declined")).status, 402);
  const auto declined = text("SELECT id FROM orders");
  const auto answer = cancel(declined);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(type_of(answer), "not-confirmed");

  Replica hasty{world_, {}, 300ms};
  world_.payments->faults.before("charge", Faults::always());
  const auto pending = id_of(order_at(hasty, draft(500), "k2"));
  EXPECT_EQ(type_of(cancel(pending)), "not-confirmed");
  world_.payments->faults.clear();
  EXPECT_EQ(order(draft(500), "k2").status, 201);
  EXPECT_EQ(cancel(pending).status, 200);  // by the same key: a refusal is not its answer
}

TEST_F(CancelRoutes, only_for_so_many_days) {
  const auto id = bought();
  age("14 days 1 minute");
  const auto answer = cancel(id);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(type_of(answer), "too-late");
  EXPECT_EQ(world_.payments->refunds(), 0);
  age("13 days 23 hours");
  EXPECT_EQ(cancel(id).status, 200);
  age("40 days");
  EXPECT_EQ(cancel(id, "c2").status, 200);  // it is cancelled, however late one asks
}

TEST_F(CancelRoutes, only_by_its_customer_and_with_a_key) {
  const auto id = bought();
  EXPECT_EQ(cancel(id, "c1", eve).status, 404);
  EXPECT_EQ(cancel("0190a000-0000-7000-8000-000000000009").status, 404);
  EXPECT_EQ(cancel("mine").status, 404);
  const auto path = "/v1/orders/" + id + "/cancel";
  EXPECT_EQ(replica_.as(ada).post(path).status, 400);
  EXPECT_EQ(replica_.as(ada).as_nobody().post(path, "", {{"Idempotency-Key", "c"}}).status, 401);
  EXPECT_EQ(world_.payments->refunds(), 0);
}

TEST_F(CancelRoutes, an_order_asked_for_again_after_it_was_cancelled_says_so) {
  put(tea_, 2);
  Replica hasty{world_, {}, 300ms};
  world_.payments->faults.after("charge", Faults::always());
  const auto id = id_of(order_at(hasty, draft(500), "k1"));
  world_.payments->faults.clear();
  replica_.sagas.run(checkout_saga, id, 60s);
  EXPECT_EQ(cancel(id).status, 200);
  const auto answer = order(draft(500), "k1");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(member(answer.body, "status"), "cancelled");
}

}  // namespace
}  // namespace order
