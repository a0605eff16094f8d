#include "chassis/idempotency.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "chassis/testing/database.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using testing::TestDatabase;

constexpr auto route = "/v1/orders";

class Once : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared = new TestDatabase{{{"migrations/0001_orders.sql",
                                "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY)"}}};
  }
  static void TearDownTestSuite() {
    delete shared;
    shared = nullptr;
  }
  void SetUp() override {
    database().write([](Transaction& transaction) {
      transaction.exec("TRUNCATE orders, chassis.idempotency_keys");
    });
  }

  static Database& database() { return shared->database(); }
  static int orders() {
    return database().read([](Transaction& transaction) {
      return transaction.exec("SELECT count(*) FROM orders")[0][0].as<int>();
    });
  }
  static Request request(const std::string& key, const std::string& body = "{}") {
    Request request;
    request.method = Method::post;
    request.path = route;
    if (!key.empty()) request.headers.add("Idempotency-Key", key);
    request.body = body;
    return request;
  }
  static Request request_of(const std::string& user, const std::string& key) {
    auto asked = request(key);
    asked.context.caller = Caller{user, ""};
    return asked;
  }
  static Response place(Transaction& transaction) {
    const auto id =
        transaction.exec("INSERT INTO orders DEFAULT VALUES RETURNING id")[0][0].as<std::string>();
    auto answer = created("/v1/orders/" + id, "{\"id\":" + id + "}");
    answer.headers.add("ETag", "\"1\"");
    return answer;
  }
  static Response once_placed(const Request& asked) {
    return once(database(), asked, route, place);
  }
  static Error refusal(const Request& asked) {
    try {
      once_placed(asked);
    } catch (const Error& error) {
      return error;
    }
    return {ErrorCode::internal, "nothing was refused"};
  }

  static TestDatabase* shared;
};

TestDatabase* Once::shared = nullptr;

TEST_F(Once, the_same_request_again_gets_the_first_answer_in_full) {
  const auto first = once_placed(request("k1"));
  const auto second = once_placed(request("k1"));
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(second.status, first.status);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.content_type, first.content_type);
  EXPECT_EQ(second.headers.get("Location"), first.headers.get("Location"));
  EXPECT_EQ(second.headers.get("ETag"), "\"1\"");
  EXPECT_EQ(orders(), 1);
}

TEST_F(Once, twenty_at_the_same_time_have_one_effect_and_one_answer) {
  std::vector<std::future<Response>> answers;
  for (int i = 0; i < 20; ++i) {
    answers.push_back(std::async(std::launch::async, [] { return once_placed(request("k1")); }));
  }
  std::set<std::string> bodies;
  for (auto& answer : answers) bodies.insert(answer.get().body);
  EXPECT_EQ(bodies.size(), 1U);
  EXPECT_EQ(orders(), 1);
}

TEST_F(Once, another_request_under_the_key_is_refused) {
  once_placed(request("k1"));
  EXPECT_EQ(refusal(request("k1", "{\"more\":1}")).code(), ErrorCode::key_reused);
  auto other_path = request("k1");
  other_path.path = "/v1/orders/7";
  EXPECT_EQ(refusal(other_path).code(), ErrorCode::key_reused);
  auto other_method = request("k1");
  other_method.method = Method::put;
  EXPECT_EQ(refusal(other_method).code(), ErrorCode::key_reused);
  EXPECT_EQ(orders(), 1);
}

TEST_F(Once, the_key_must_be_there_short_and_printable) {
  for (const auto& key :
       {std::string{}, std::string(256, 'k'), std::string{"t\te"}, std::string{"caf\xc3\xa9"}}) {
    const auto error = refusal(request(key));
    ASSERT_EQ(error.code(), ErrorCode::invalid) << key;
    ASSERT_EQ(error.fields().size(), 1U);
    EXPECT_EQ(error.fields()[0].pointer, "#Idempotency-Key");
  }
  EXPECT_EQ(once_placed(request(std::string(255, 'k'))).status, 201);
  EXPECT_EQ(once_placed(request(" ~")).status, 201);
}

TEST_F(Once, callers_guests_and_routes_do_not_meet) {
  auto guest = request("k1");
  guest.context.guest_id = "ada";
  once_placed(request_of("ada", "k1"));
  once_placed(request_of("eve", "k1"));
  once_placed(guest);
  once_placed(request("k1"));
  once(database(), request("k1"), "/v1/stays", place);
  EXPECT_EQ(orders(), 5);
}

TEST_F(Once, after_a_throw_the_key_and_everything_else_is_as_before) {
  const auto spill = [](Transaction& transaction) -> Response {
    place(transaction);
    throw Error{ErrorCode::conflict, "spilled"};
  };
  EXPECT_THROW(once(database(), request("k1"), route, spill), Error);
  EXPECT_EQ(orders(), 0);
  EXPECT_EQ(once_placed(request("k1", "{\"other\":1}")).status, 201) << "the key is free";
}

TEST_F(Once, an_answer_of_failure_is_given_and_undone) {
  const auto fail = [](Transaction& transaction) {
    place(transaction);
    return Response{.status = 503, .body = "later"};
  };
  EXPECT_EQ(once(database(), request("k1"), route, fail).body, "later");
  EXPECT_EQ(orders(), 0);
  EXPECT_EQ(once_placed(request("k1")).status, 201);
}

TEST_F(Once, an_answer_that_is_not_final_is_asked_for_again) {
  const auto begin = [](Transaction& transaction) {
    place(transaction);
    return accepted("{}");
  };
  EXPECT_EQ(once(database(), request("k1"), route, begin).status, 202);
  EXPECT_EQ(orders(), 1) << "what was begun stays";
  EXPECT_EQ(refusal(request("k1", "{\"other\":1}")).code(), ErrorCode::key_reused);
  const auto finish = [](Transaction&) { return ok("{\"done\":true}"); };
  EXPECT_EQ(once(database(), request("k1"), route, finish).status, 200);
  EXPECT_EQ(once(database(), request("k1"), route, begin).body, "{\"done\":true}");
  EXPECT_EQ(orders(), 1);
}

TEST_F(Once, a_repeat_waits_for_the_first_until_its_deadline) {
  std::promise<void> started;
  std::promise<void> refused;
  auto first = std::async(std::launch::async, [&] {
    return once(database(), request("k1"), route, [&](Transaction& transaction) {
      started.set_value();
      refused.get_future().wait();
      return place(transaction);
    });
  });
  started.get_future().wait();
  Context context;
  context.deadline = std::chrono::steady_clock::now() + 200ms;
  {
    const ContextScope scope{context};
    const auto error = refusal(request("k1"));
    EXPECT_EQ(error.code(), ErrorCode::conflict);
    EXPECT_EQ(error.type(), "in-progress");
    EXPECT_EQ(error.retry_after(), 1);
  }
  refused.set_value();
  EXPECT_EQ(once_placed(request("k1")).body, first.get().body);
  EXPECT_EQ(orders(), 1);
}

TEST_F(Once, a_key_is_free_after_a_day_and_removed_by_the_purge) {
  once_placed(request("old"));
  once_placed(request("older"));
  database().write([](Transaction& transaction) {
    transaction.exec(
        "UPDATE chassis.idempotency_keys SET created_at = now() - interval '25 hours'");
  });
  EXPECT_EQ(once_placed(request("old", "{\"other\":1}")).status, 201);
  once_placed(request("new"));
  purge_idempotency_keys(database());
  const auto keys = database().read([](Transaction& transaction) {
    return transaction
        .exec("SELECT string_agg(key, ' ' ORDER BY key) FROM chassis.idempotency_keys")[0][0]
        .as<std::string>();
  });
  EXPECT_EQ(keys, "new old");
}

}  // namespace
}  // namespace chassis
