// A request that begins a saga, answers 202 while that is under way, and is sent again and again.

#include <barrier>
#include <future>
#include <set>

#include "chassis/idempotency.h"
#include "saga_fixture.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;

constexpr int requests = 20;
constexpr auto route = "/v1/orders";

constexpr Statement select_order{"test.order",
                                 "SELECT id, state FROM orders WHERE key = $1 FOR UPDATE"};
constexpr Statement insert_order{"test.new_order",
                                 "INSERT INTO orders (key) VALUES ($1) RETURNING id"};
constexpr Statement update_order{"test.set_order", "UPDATE orders SET state = $2 WHERE id = $1"};

/// A service of one route, as services/order does it.
class Shop {
 public:
  Shop(const std::string& url, const Hooks& hooks) : replica_{url} {
    auto kind = tea(replica_.database, hooks);
    // The last effect, and undone, say what has become of the order.
    kind.steps.push_back({"confirm", [](const Saga& saga) -> SagaEffect {
                            return [id = saga.id](Transaction& transaction) {
                              transaction.run(update_order, id, "confirmed");
                            };
                          }});
    kind.undone = [](Transaction& transaction, const Saga& saga, const Error& why) {
      transaction.run(update_order, saga.id, why.type());
    };
    replica_.serve(std::move(kind));
    replica_.sagas.begin();
  }

  /// Opens this thread's connection to the database.
  void connect() {
    wait_until([&] { return replica_.database.answers(); });
  }

  Response place(const std::string& key, std::chrono::milliseconds patience = 10s) {
    connect();
    Request request;
    request.method = Method::post;
    request.path = route;
    request.headers.add("Idempotency-Key", key);
    std::string id;
    const auto effect = [&](Transaction& transaction) {
      const auto order = order_of(transaction, key);
      id = order.id;
      return answer_of(order);
    };
    auto answer = once(replica_.database, request, route, effect);
    if (answer.status != 202) return answer;
    const auto state = replica_.sagas.run("tea", id, patience);
    if (state == SagaState::running || state == SagaState::undoing) return answer;
    return once(replica_.database, request, route, effect);
  }

 private:
  struct Order {
    std::string id;
    std::string state;
  };
  Order order_of(Transaction& transaction, const std::string& key) {
    if (const auto row = transaction.maybe(select_order, key)) {
      return {(*row)["id"].c_str(), (*row)["state"].c_str()};
    }
    const std::string id{transaction.run(insert_order, key)[0][0].c_str()};
    replica_.sagas.start(transaction, "tea", id, "{}");
    return {id, "pending"};
  }
  static Response answer_of(const Order& order) {
    if (order.state == "pending") return accepted(order.id);
    if (order.state == "confirmed") return created("/v1/orders/" + order.id, order.id);
    return {.status = 409, .body = order.state + " " + order.id};
  }

  Replica replica_;
};

class OnceWithSaga : public SagaTest {
 protected:
  static void SetUpTestSuite() {
    SagaTest::SetUpTestSuite();
    exec(
        "CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), key text,"
        " state text NOT NULL DEFAULT 'pending')");
  }
  /// Sends the request many times at once, to both; the distinct answers: "201 <id>".
  static std::set<std::string> place_many(Shop& left, Shop& right, const std::string& key,
                                          std::chrono::milliseconds patience = 10s) {
    std::barrier all_connected{requests};
    std::vector<std::future<Response>> asked;
    asked.reserve(requests);
    for (int i = 0; i < requests; ++i) {
      asked.push_back(std::async(
          std::launch::async, [&, i] { return (i % 2 == 0 ? left : right).place(key, patience); }));
    }
    std::set<std::string> answers;
    for (auto& each : asked) {
      const auto answer = each.get();
      answers.insert(std::to_string(answer.status) + " " + answer.body);
    }
    return answers;
  }
  static std::string only_order(const std::string& key) {
    return value("SELECT string_agg(id::text, ' ') FROM orders WHERE key = '" + key + "'");
  }
};

TEST_F(OnceWithSaga, all_who_ask_get_the_one_answer_when_it_is_there) {
  Shop left{url(), {}};
  Shop right{url(), {}};
  for (const std::string key : {"k1", "k2", "k3", "k4", "k5"}) {
    const auto answers = place_many(left, right, key);
    const auto id = only_order(key);
    EXPECT_EQ(answers, std::set{"201 " + id});
    EXPECT_EQ(calls(id), tea_effects);
    EXPECT_EQ(effects(id), tea_effects);
    EXPECT_EQ(right.place(key).body, id);
  }
}

TEST_F(OnceWithSaga, all_who_ask_get_the_one_refusal) {
  const auto refuse = [](const Saga&) { throw Error{ErrorCode::conflict, "no"}.type("sold-out"); };
  Shop left{url(), {{"pour", refuse}}};
  Shop right{url(), {{"pour", refuse}}};
  const auto answers = place_many(left, right, "refused");
  const auto id = only_order("refused");
  EXPECT_EQ(answers, std::set{"409 sold-out " + id});
  EXPECT_EQ(effects(id), "boil, steep, undo pour, undo boil");
  EXPECT_EQ(left.place("refused").status, 409);
}

TEST_F(OnceWithSaga, who_loses_patience_gets_the_answer_when_it_asks_again) {
  Gate gate;
  // Inline, the first would hold its thread: here the background does.
  Shop left{url(), {{"steep", gate.hook()}}};
  Shop right{url(), {{"steep", gate.hook()}}};
  EXPECT_EQ(left.place("slow", 0ms).status, 202);
  const auto id = only_order("slow");
  gate.wait_for_somebody();
  EXPECT_EQ(place_many(left, right, "slow", 200ms), std::set{"202 " + id});
  gate.open();
  EXPECT_EQ(place_many(left, right, "slow"), std::set{"201 " + id});
  EXPECT_EQ(calls(id), tea_effects);
  EXPECT_EQ(effects(id), tea_effects);
}

}  // namespace
}  // namespace chassis
