#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "bank_fixture.h"
#include "charge_json.h"
#include "chassis/log.h"
#include "chassis/router.h"

namespace bank {
namespace {

using chassis::Method;
using testing::HasSubstr;
using testing::Not;

class BankRoutes : public BankFixture {
 protected:
  static std::string capture_of(const chassis::Response& answer) { return member(answer, "id"); }

  chassis::Response faults(const std::string& body) {
    auto peer = window();
    return peer.as_peer().send(Method::put, "/v1/faults", body);
  }

  /// A charge whose sender waits for `patience` only.
  chassis::Response hasty_charge(const std::string& idempotency_key, const std::string& body,
                                 std::chrono::milliseconds patience) {
    chassis::Request request;
    request.method = Method::post;
    request.body = body;
    request.headers = with_key(idempotency_key);
    request.headers.add("Content-Type", "application/json");
    request.context.deadline = std::chrono::steady_clock::now() + patience;
    return chassis::dispatch(chassis::Router{routes_}, request, "/v1/charges");
  }
};

TEST_F(BankRoutes, a_card_becomes_a_token_and_a_wrong_field_is_named) {
  const auto answer = window().post("/v1/tokens", card_json());
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.body,
              testing::MatchesRegex(
                  R"(\{"token":"tok_[A-Za-z0-9_-]{32}","brand":"visa","last4":"4242"\})"));
  const auto refused = window().post("/v1/tokens", card_json("4242424242424241"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("/card_number"));
  EXPECT_THAT(refused.body, Not(HasSubstr("4242424242424241")));
}

TEST_F(BankRoutes, a_card_pays_is_declined_or_has_no_funds) {
  const auto paid = charge("a", charge_json(token()));
  EXPECT_EQ(paid.status, 201);
  EXPECT_THAT(paid.body, HasSubstr(R"("reference":"order-1","status":"captured","amount":)" +
                                   money(4'900) + R"(,"refunded":)" + money(0) +
                                   R"(,"brand":"visa","last4":"4242","created_at":")"));
  const auto declined = charge("b", charge_json(token("4000000000000002")));
  EXPECT_EQ(declined.status, 201);
  EXPECT_THAT(declined.body, HasSubstr(R"("status":"declined","decline_reason":"declined")"));
  const auto poor = charge("c", charge_json(token("4000000000009995")));
  EXPECT_THAT(poor.body, HasSubstr(R"("status":"declined","decline_reason":"no-funds")"));
  EXPECT_EQ(number("SELECT sum(amount) FROM ledger"), 4'900);
  EXPECT_EQ(violations(), 0);
}

TEST_F(BankRoutes, a_bad_charge_names_its_fields) {
  EXPECT_THAT(charge("a", charge_json("tok_unknown")).body, HasSubstr(R"("pointer":"/token")"));
  EXPECT_THAT(charge("b", charge_json(token(), 0)).body, HasSubstr("/amount/amount"));
  EXPECT_THAT(
      charge("c", R"({"token":"t","amount":{"amount":1,"currency":"USD"},"reference":"r"})").body,
      HasSubstr("/amount/currency"));
  EXPECT_THAT(charge("d", charge_json("t", 1, "")).body, HasSubstr("/reference"));
  EXPECT_EQ(charge("", charge_json(token())).status, 400);
  EXPECT_EQ(number("SELECT count(*) FROM charges"), 0);
}

TEST_F(BankRoutes, only_the_merchant_charges_looks_up_and_refunds) {
  const auto body = charge_json(token());
  const auto id = capture_of(charge("a", body));
  const std::string own = key;
  for (const auto& other : std::vector<std::string>{"", "Bearer", "Bearer ", "Bearer wrong",
                                                    "Basic " + own, own, "Bearer " + own + "x"}) {
    for (const bool admin : {false, true}) {
      auto stranger = window();
      if (admin) stranger.as_admin();
      const chassis::Headers headers{{"Authorization", other}, {"Idempotency-Key", "b"}};
      EXPECT_EQ(stranger.post("/v1/charges", body, headers).status, 401) << other;
      EXPECT_EQ(stranger.get("/v1/charges?reference=order-1", headers).status, 401);
      EXPECT_EQ(
          stranger.post("/v1/charges/" + id + "/refunds", R"({"amount":)" + money(1) + "}", headers)
              .status,
          401);
    }
  }
  auto peer = window();
  EXPECT_EQ(peer.as_peer().post("/v1/charges", body, {{"Idempotency-Key", "b"}}).status, 401);
}

TEST_F(BankRoutes, a_repeated_charge_gets_the_first_answer_whoever_else_it_names) {
  const auto body = charge_json(token());
  const auto first = charge("a", body);
  EXPECT_EQ(charge("a", body).body, first.body);
  auto named = window();
  EXPECT_EQ(named.as_admin().post("/v1/charges", body, with_key("a")).body, first.body);
  EXPECT_EQ(charge("a", charge_json(token())).status, 422);
  EXPECT_EQ(number("SELECT count(*) FROM charges"), 1);
}

TEST_F(BankRoutes, one_key_from_twenty_threads_is_one_charge) {
  const auto body = charge_json(token());
  std::vector<std::string> answers(20);
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] { answer = charge("a", body).body; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(answers.front(), HasSubstr("captured"));
  EXPECT_EQ(std::set(answers.begin(), answers.end()).size(), 1U);
  EXPECT_EQ(number("SELECT count(*) FROM charges"), 1);
  EXPECT_EQ(violations(), 0);
}

TEST_F(BankRoutes, charges_are_found_by_their_reference_captured_ones_first) {
  EXPECT_EQ(look_up("order-1").body, R"({"items":[]})");
  charge("a", charge_json(token("4000000000000002")));
  const auto id = capture_of(charge("b", charge_json(token())));
  charge("c", charge_json(token(), 100, "order-10"));
  refund("d", id, 1'900);
  const auto found = chassis::from_json<ChargeList>(look_up("order-1").body).items;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, id);
  EXPECT_EQ(found[0].refunded.amount, 1'900);
  EXPECT_EQ(found[1].status, "declined");
  EXPECT_THAT(look_up("").body, HasSubstr("?reference"));
}

TEST_F(BankRoutes, money_goes_back_once_for_each_key_and_never_more_than_came) {
  const auto id = capture_of(charge("a", charge_json(token())));
  const auto first = refund("r", id, 4'000);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(member(first, "charge_id"), id);
  EXPECT_EQ(refund("r", id, 4'000).body, first.body);
  EXPECT_EQ(refund("r", id, 900).status, 422);
  const auto too_much = refund("s", id, 901);
  EXPECT_EQ(too_much.status, 409);
  EXPECT_THAT(too_much.body, HasSubstr("urn:serai:problem:refund-exceeds"));
  EXPECT_THAT(too_much.body, HasSubstr(R"("refundable":)" + money(900)));
  EXPECT_EQ(refund("t", id, 0).status, 400);
  EXPECT_EQ(refund("u", chassis::testing::ada, 1).status, 404);
  EXPECT_EQ(refund("v", "7", 1).status, 404);
  EXPECT_EQ(number("SELECT sum(amount) FROM refunds"), 4'000);
  EXPECT_EQ(violations(), 0);
}

TEST_F(BankRoutes, the_ledger_is_read_page_by_page_and_tells_the_balance) {
  const auto keeper = [&](const std::string& query) {
    return window().get("/v1/ledger" + query, with_key("-"));
  };
  EXPECT_EQ(keeper("").body, R"({"items":[],"next_cursor":null,"balance":)" + money(0) + "}");
  const auto id = capture_of(charge("a", charge_json(token())));
  refund("b", id, 900);
  charge("c", charge_json(token(), 100));
  const auto first = keeper("?limit=2");
  EXPECT_THAT(first.body, HasSubstr(R"("entry":"capture","charge_id":")" + id));
  EXPECT_THAT(first.body, HasSubstr(R"("entry":"refund","charge_id":")" + id));
  EXPECT_THAT(first.body, HasSubstr(R"("balance":)" + money(4'100)));
  const auto second = keeper("?limit=2&cursor=" + member(first, "next_cursor"));
  EXPECT_THAT(second.body, HasSubstr(R"("amount":)" + money(100)));
  EXPECT_THAT(second.body, HasSubstr(R"("next_cursor":null)"));
  EXPECT_EQ(keeper("?cursor=bogus").status, 400);
  EXPECT_EQ(keeper("?page=2").status, 400);
}

TEST_F(BankRoutes, the_ledger_and_the_faults_are_for_administrators_and_peers_but_not_for_all) {
  for (const auto* path : {"/v1/ledger", "/v1/faults"}) {
    auto caller = window();
    EXPECT_EQ(caller.get(path).status, 401) << path;
    EXPECT_EQ(caller.as(chassis::testing::eve).get(path).status, 403) << path;
    EXPECT_EQ(caller.as_admin().get(path).status, 200) << path;
    EXPECT_EQ(caller.as_peer().get(path).status, 200) << path;
    // The gateway carries the token for everybody.
    EXPECT_EQ(caller.as_peer().get(path, {{"X-Forwarded-For", "192.0.2.7"}}).status, 401) << path;
  }
  auto eve = window();
  EXPECT_EQ(eve.as(chassis::testing::eve).send(Method::put, "/v1/faults", "{}").status, 403);
  EXPECT_EQ(eve.get("/v1/faults", with_key("-")).status, 403);  // nor for the merchant
}

TEST_F(BankRoutes, no_table_and_no_log_line_holds_a_card_number) {
  testing::internal::CaptureStdout();
  chassis::log::start("bank", "debug");
  const std::vector<std::string> numbers{"4242424242424242", "4000000000000002",
                                         "5555555555554444"};
  for (const auto& number : numbers) {
    auto spaced = number;
    for (const std::size_t at : {12U, 8U, 4U}) spaced.insert(at, " ");
    charge(number.substr(12), charge_json(token(number)));
    charge(spaced.substr(15) + "x", charge_json(token(spaced)));
  }
  const auto id = capture_of(charge("a", charge_json(token())));
  refund("b", id, 1);
  chassis::log::start("bank", "off");
  auto text = testing::internal::GetCapturedStdout();
  EXPECT_THAT(text, HasSubstr("charge made"));
  database().read([&](chassis::Transaction& transaction) {
    const auto tables = transaction.exec(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(relname) FROM pg_stat_user_tables");
    EXPECT_GE(tables.size(), 7U);
    for (const auto& table : tables) {
      const std::string name = table[0].c_str();
      for (const auto& row : transaction.exec("SELECT t::text FROM " + name + " t")) {
        text += std::string{row[0].c_str()} + "\n";
      }
    }
  });
  EXPECT_THAT(text, HasSubstr("tok_"));  // it does read what is stored
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c != ' '; });
  for (const auto& number : numbers) {
    EXPECT_THAT(digits, Not(HasSubstr(number)));
    EXPECT_THAT(digits, Not(HasSubstr(number.substr(0, 12))));
  }
}

TEST_F(BankRoutes, faults_are_told_and_what_is_left_out_is_off) {
  auto peer = window();
  peer.as_peer();
  const std::string none =
      R"({"latency_ms":0,"error_rate":0.0,"drop_after_capture_rate":0.0,"duplicate_rate":0.0,)"
      R"("garbage_rate":0.0,"seed":0})";
  EXPECT_EQ(peer.get("/v1/faults").body, none);
  EXPECT_EQ(faults(R"({"error_rate":0.25,"garbage_rate":1,"seed":7})").status, 200);
  EXPECT_THAT(peer.get("/v1/faults").body, HasSubstr(R"("error_rate":0.25)"));
  EXPECT_THAT(peer.get("/v1/faults").body, HasSubstr(R"("seed":7)"));
  EXPECT_THAT(faults(R"({"error_rate":1.5})").body, HasSubstr("/error_rate"));
  EXPECT_EQ(faults(R"({"chaos":1})").status, 400);
  EXPECT_EQ(faults("{}").body, none);
  EXPECT_EQ(peer.get("/v1/faults").body, none);
}

TEST_F(BankRoutes, an_error_does_nothing) {
  const auto body = charge_json(token());
  faults(R"({"error_rate":1})");
  const auto failed = charge("a", body).status;
  EXPECT_TRUE(failed == 500 || failed == 503) << failed;
  EXPECT_GE(look_up("order-1").status, 500);
  EXPECT_EQ(number("SELECT count(*) FROM charges"), 0);
  // The rest goes on, and so does the charge once the faults are gone.
  EXPECT_EQ(window().post("/v1/tokens", card_json()).status, 201);
  EXPECT_EQ(window().get("/v1/ledger", with_key("-")).status, 200);
  faults("{}");
  EXPECT_EQ(charge("a", body).status, 201);
}

TEST_F(BankRoutes, garbage_is_no_json_and_yet_it_is_done) {
  const auto body = charge_json(token());
  faults(R"({"garbage_rate":1})");
  const auto answer = charge("a", body);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THROW(chassis::JsonDocument{answer.body}, chassis::Error);
  EXPECT_THROW(chassis::JsonDocument{look_up("order-1").body}, chassis::Error);
  const auto id = number("SELECT count(*) FROM charges");
  EXPECT_EQ(id, 1);
  faults("{}");
  EXPECT_THAT(charge("a", body).body, HasSubstr("captured"));
  EXPECT_EQ(number("SELECT count(*) FROM charges"), 1);
}

TEST_F(BankRoutes, a_duplicate_is_two_captures_under_one_reference_and_one_answer) {
  const auto body = charge_json(token());
  faults(R"({"duplicate_rate":1})");
  const auto first = charge("a", body);
  EXPECT_EQ(charge("a", body).body, first.body);  // the key's answer, and no third capture
  faults("{}");
  const auto found = chassis::from_json<ChargeList>(look_up("order-1").body).items;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, capture_of(first));
  EXPECT_NE(found[0].id, found[1].id);
  EXPECT_EQ(number("SELECT balance FROM ledger_head"), 9'800);
  EXPECT_EQ(refund("b", found[1].id, 4'900).status, 201);
  EXPECT_EQ(violations(), 0);
}

TEST_F(BankRoutes, a_dropped_answer_comes_after_the_capture_and_never_in_time) {
  const auto body = charge_json(token());
  faults(R"({"drop_after_capture_rate":1})");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(hasty_charge("a", body, std::chrono::seconds{2}).status, 504);
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::seconds{2});
  EXPECT_EQ(chassis::from_json<ChargeList>(look_up("order-1").body).items.size(), 1U);
  // Nor is the same answer told again, while one that took no money is.
  EXPECT_EQ(hasty_charge("a", body, std::chrono::seconds{2}).status, 504);
  EXPECT_THAT(charge("b", charge_json(token("4000000000000002"))).body, HasSubstr("declined"));
  faults("{}");
  EXPECT_THAT(charge("a", body).body, HasSubstr("captured"));
  EXPECT_EQ(number("SELECT count(*) FROM ledger"), 1);
}

TEST_F(BankRoutes, a_latency_beyond_the_callers_patience_does_nothing) {
  const auto body = charge_json(token());
  faults(R"({"latency_ms":30000})");
  EXPECT_EQ(hasty_charge("a", body, std::chrono::milliseconds{200}).status, 504);
  EXPECT_EQ(number("SELECT count(*) FROM charges"), 0);
  faults(R"({"latency_ms":50})");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(hasty_charge("a", body, std::chrono::seconds{10}).status, 201);
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds{50});
}

TEST_F(BankRoutes, the_same_seed_meets_the_same_calls_again_over_all_replicas) {
  const auto one = token();
  PostgresFaults replica{database()};
  const auto history = [&](const std::string& round) {
    faults(R"({"error_rate":0.3,"duplicate_rate":0.3,"garbage_rate":0.3,"seed":11})");
    std::string text;
    for (int n = 0; n < 30; ++n) {
      if (n % 10 == 9) {
        const auto mishap = replica.next();  // a call that another replica answered
        text += mishap.error || mishap.duplicate || mishap.garbage ? "x " : ". ";
        continue;
      }
      const auto reference = round + std::to_string(n);
      const auto before = number("SELECT count(*) FROM charges");
      const auto answer = charge(reference, charge_json(one, 100, reference));
      text += std::to_string(answer.status) + "/" +
              std::to_string(number("SELECT count(*) FROM charges") - before) + " ";
    }
    return text;
  };
  const auto first = history("a");
  EXPECT_EQ(history("b"), first);
  for (const auto* kind : {"500/0", "503/0", "200/1", "201/2", "201/1"}) {
    EXPECT_THAT(first, HasSubstr(kind));
  }
  faults("{}");
  EXPECT_EQ(violations(), 0);
}

TEST_F(BankRoutes, openapi_describes_them) {
  chassis::testing::expect_described(routes_, embedded().at("openapi.json"));
}

}  // namespace
}  // namespace bank
