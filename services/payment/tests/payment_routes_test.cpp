#include "payment_routes.h"

#include <algorithm>
#include <map>

#include "book_routes.h"
#include "chassis/json.h"
#include "payment_fixture.h"
#include "record_routes.h"
#include "refund_routes.h"

namespace payment {
namespace {

using chassis::Method;
using chassis::Response;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Fault = FakeBank::Fault;

class PaymentRoutes : public PaymentFixture {
 protected:
  chassis::Routes routes() {
    return payment_routes(settlement_, payments_,
                          bank_card_form("https://bank.example/v1/tokens")) +
           refund_routes(settlement_) +
           book_routes(std::make_shared<PostgresBooks>(database_.database())) +
           record_routes(records_);
  }
  static std::string path(int n) { return "/internal/payments/" + owner(n); }
  static std::string body(std::int64_t amount = 1999, const std::string& token = "tok-1",
                          const std::string& user = ada) {
    return R"({"owner_type":"order","user_id":")" + user + R"(","amount":{"amount":)" +
           std::to_string(amount) + R"(,"currency":"EUR"},"card_token":")" + token + R"("})";
  }
  Response put(const std::string& target, const std::string& json) {
    return site_.as_peer().send(Method::put, target, json);
  }
  Response take_back(int n) { return site_.as_peer().send(Method::del, path(n)); }
  static std::string refund_body(std::int64_t amount) {
    return R"({"amount":{"amount":)" + std::to_string(amount) + R"(,"currency":"EUR"}})";
  }
  std::string payment_id(int n) { return payments_->find_of_owner(owner(n)).id; }
  /// These owners in the order of their payments' ids.
  std::vector<std::string> by_id(const std::vector<int>& numbers) {
    std::map<std::string, std::string> sorted;
    for (const int n : numbers) sorted[payment_id(n)] = owner(n);
    std::vector<std::string> owners;
    for (const auto& [id, owner_id] : sorted) owners.push_back(owner_id);
    return owners;
  }
  static std::string cursor_of(const Response& page) {
    chassis::JsonDocument document{page.body, chassis::Unknown::ignore};
    return document.root().member("next_cursor")->text();
  }

  chassis::testing::RouteTester site_{routes()};
};

TEST_F(PaymentRoutes, a_charge_answers_what_was_paid_with_which_card) {
  const auto answer = put(path(1), body());
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.headers.get("Location"), "/v1/payments/" + payment_id(1));
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr("\"id\":\"" + payment_id(1)), HasSubstr("\"owner_id\":\"" + owner(1)),
                    HasSubstr(R"("owner_type":"order","status":"captured")"),
                    HasSubstr(R"("amount":{"amount":1999,"currency":"EUR"})"),
                    HasSubstr(R"("refunded":{"amount":0,"currency":"EUR"})"),
                    HasSubstr(R"("brand":"visa","last4":"4242","bank_reference":"ch-1")"),
                    HasSubstr("created_at"), Not(HasSubstr("tok-1"))));
  EXPECT_EQ(put(path(1), body()).body, answer.body);
}

TEST_F(PaymentRoutes, what_became_of_a_charge_is_told_by_status_and_type) {
  const auto declined = put(path(1), body(1999, "tok-declined"));
  EXPECT_EQ(declined.status, 402);
  EXPECT_THAT(declined.body, HasSubstr("urn:serai:problem:declined"));
  EXPECT_THAT(put(path(2), body(1999, "tok-no-funds")).body,
              HasSubstr("urn:serai:problem:no-funds"));
  bank_->next_charge = {Fault::answer_lost};
  const auto unknown = put(path(3), body());
  EXPECT_EQ(unknown.status, 202);
  EXPECT_EQ(unknown.body, R"({"id":")" + payment_id(3) + R"(","owner_id":")" + owner(3) +
                              R"(","status":"pending"})");
  EXPECT_EQ(put(path(3), body()).status, 201);
  EXPECT_EQ(put(path(3), body(2000)).status, 409);
  take_back(3);
  const auto over = put(path(3), body());
  EXPECT_EQ(over.status, 409);
  EXPECT_THAT(over.body, HasSubstr("urn:serai:problem:voided"));
}

TEST_F(PaymentRoutes, a_card_number_is_refused_and_not_repeated) {
  const auto answer = put(path(1), body(1999, "4242424242424242"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("/card_token"), Not(HasSubstr("4242"))));
  EXPECT_EQ(put(path(1), body(0)).status, 400);
  EXPECT_EQ(put(path(1), R"({"owner_type":"gift"})").status, 400);
  EXPECT_EQ(put("/internal/payments/17", body()).status, 404);
  EXPECT_EQ(ask("SELECT count(*) FROM payments"), 0);
}

TEST_F(PaymentRoutes, taking_back_answers_what_went_back) {
  const auto early = take_back(1);
  EXPECT_EQ(early.status, 200);
  EXPECT_EQ(early.body, R"({"owner_id":")" + owner(1) +
                            R"(","status":"voided","refunded":{"amount":0,"currency":"EUR"}})");
  put(path(2), body());
  EXPECT_THAT(take_back(2).body,
              HasSubstr(R"("status":"voided","refunded":{"amount":1999,"currency":"EUR"}})"));
  put(path(3), body(1999, "tok-declined"));
  EXPECT_THAT(take_back(3).body, HasSubstr(R"("status":"declined")"));
  bank_->next_charge = {Fault::answer_lost};
  put(path(4), body());
  bank_->next_find = {Fault::unreachable};
  EXPECT_EQ(take_back(4).status, 202);
  EXPECT_EQ(take_back(4).status, 200);
}

TEST_F(PaymentRoutes, a_refund_answers_itself) {
  put(path(1), body());
  const auto target = path(1) + "/refunds/" + refund_id(1);
  bank_->next_refund = {Fault::answer_lost};
  EXPECT_EQ(put(target, refund_body(500)).status, 202);
  const auto answer = put(target, refund_body(500));
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, R"({"id":")" + refund_id(1) + R"(","owner_id":")" + owner(1) +
                             R"(","amount":{"amount":500,"currency":"EUR"},"status":"refunded"})");
  EXPECT_EQ(put(target, refund_body(500)).body, answer.body);
  const auto more = put(path(1) + "/refunds/" + refund_id(2), refund_body(1500));
  EXPECT_EQ(more.status, 409);
  EXPECT_THAT(more.body, AllOf(HasSubstr("urn:serai:problem:refund-exceeds"),
                               HasSubstr(R"("refundable":{"amount":1499,"currency":"EUR"})")));
  EXPECT_EQ(put(path(2) + "/refunds/" + refund_id(3), refund_body(1)).status, 404);
  EXPECT_EQ(put(path(1) + "/refunds/x", refund_body(1)).status, 404);
}

TEST_F(PaymentRoutes, peers_alone_move_money_and_read_the_books) {
  for (auto* who : {&site_.as_nobody(), &site_.as(ada), &site_.as_admin()}) {
    EXPECT_EQ(who->send(Method::put, path(1), body()).status, 404);
    EXPECT_EQ(who->send(Method::del, path(1)).status, 404);
    EXPECT_EQ(who->send(Method::put, path(1) + "/refunds/" + refund_id(1), refund_body(1)).status,
              404);
    EXPECT_EQ(who->get("/internal/books?book=payments").status, 404);
  }
}

TEST_F(PaymentRoutes, everyone_sees_their_own_payments_newest_first) {
  for (int n = 1; n <= 3; ++n) put(path(n), body(n * 100));
  put(path(4), body(400, "tok-1", eve));
  take_back(5);
  const auto mine = by_id({1, 2, 3});
  const auto first = site_.as(ada).get("/v1/payments?limit=2");
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.body, AllOf(HasSubstr(mine[2]), HasSubstr(mine[1]), Not(HasSubstr(mine[0])),
                                Not(HasSubstr(owner(4))), Not(HasSubstr("user_id"))));
  EXPECT_LT(first.body.find(mine[2]), first.body.find(mine[1]));
  const auto rest = site_.as(ada).get("/v1/payments?limit=2&cursor=" + cursor_of(first));
  EXPECT_THAT(rest.body, AllOf(HasSubstr(mine[0]), HasSubstr(R"("next_cursor":null)")));
  EXPECT_EQ(site_.as(ada).get("/v1/payments?cursor=nonsense").status, 400);
  EXPECT_EQ(site_.as(ada).get("/v1/payments?page=2").status, 400);

  const auto target = "/v1/payments/" + payment_id(1);
  EXPECT_EQ(site_.as(ada).get(target).status, 200);
  EXPECT_EQ(site_.as(eve).get(target).status, 404);
  EXPECT_EQ(site_.as(ada).get("/v1/payments/" + payment_id(5)).status, 404);
  EXPECT_EQ(site_.as_nobody().get(target).status, 401);
  EXPECT_EQ(site_.as_nobody().get("/v1/payments").status, 401);
}

TEST_F(PaymentRoutes, the_card_form_says_where_the_card_goes) {
  const auto form = site_.as_nobody().get("/v1/payments/card-form");
  EXPECT_EQ(form.status, 200);
  EXPECT_THAT(form.body,
              AllOf(HasSubstr(R"("tokenise_url":"https://bank.example/v1/tokens")"),
                    HasSubstr(R"("name":"card_number")"), HasSubstr(R"("name":"expiry")"),
                    HasSubstr(R"("name":"cvc")"), HasSubstr("cc-number")));
}

TEST_F(PaymentRoutes, the_legal_record_is_for_administrators_and_says_who_read_it) {
  put(path(1), body());
  const auto target = "/v1/payments/" + payment_id(1) + "/record";
  EXPECT_EQ(site_.as_nobody().get(target).status, 401);
  EXPECT_EQ(site_.as(ada).get(target).status, 403);
  EXPECT_EQ(recorded(owner(1)), "requested captured") << "whoever was refused read nothing";
  const auto record = site_.as_admin().get(target);
  EXPECT_EQ(record.status, 200);
  EXPECT_THAT(record.body,
              AllOf(HasSubstr(R"("kind":"requested")"), HasSubstr(R"("kind":"captured")"),
                    HasSubstr(R"("kind":"accessed")"), HasSubstr("\"actor\":\"user:" + ada),
                    HasSubstr(R"("intact":true)"), Not(HasSubstr(R"("intact":false)"))));
  const auto cursor = cursor_of(site_.as_admin().get(target + "?limit=1"));
  EXPECT_THAT(site_.as_admin().get(target + "?limit=1&cursor=" + cursor).body,
              AllOf(HasSubstr("captured"), Not(HasSubstr("requested"))));
  EXPECT_EQ(recorded(owner(1)), "requested captured accessed accessed accessed");
  EXPECT_EQ(site_.as_admin().get("/v1/payments/" + owner(9) + "/record").status, 404);
}

TEST_F(PaymentRoutes, the_books_hold_every_payment_and_say_what_is_settled) {
  put(path(1), body());
  put(path(1) + "/refunds/" + refund_id(1), refund_body(500));
  bank_->next_charge = {Fault::answer_lost};
  put(path(2), body());
  take_back(3);
  bank_->next_find = {Fault::none, Fault::unreachable};
  let_time_pass();
  settlement_->reconcile();
  const auto page = site_.as_peer().get("/internal/books?book=payments");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(
      page.body,
      AllOf(
          HasSubstr(R"({"owner_id":")" + owner(1) +
                    R"(","owner_type":"order","status":"captured",)"
                    R"("captured":{"amount":1999,"currency":"EUR"},)"
                    R"("refunded":{"amount":500,"currency":"EUR"},"settled":true,"updated_at":")"),
          HasSubstr(owner(2) + R"(","owner_type":"order","status":"pending")"),
          HasSubstr(R"("settled":false)"), Not(HasSubstr(owner(3))),
          HasSubstr(R"("next_cursor":null)")));

  std::vector<std::string> owners{owner(1), owner(2)};
  std::sort(owners.begin(), owners.end());
  const auto first = site_.as_peer().get("/internal/books?book=payments&limit=1");
  EXPECT_THAT(first.body, HasSubstr(owners[0]));
  const auto rest = "/internal/books?book=payments&limit=1&cursor=" + cursor_of(first);
  EXPECT_THAT(site_.as_peer().get(rest).body,
              AllOf(HasSubstr(owners[1]), HasSubstr(R"("next_cursor":null)")));
  EXPECT_EQ(site_.as_peer().get("/internal/books?book=orders").status, 400);
  EXPECT_EQ(site_.as_peer().get("/internal/books").status, 400);
  EXPECT_EQ(site_.as_peer().get("/internal/books?book=payments&limit=501").status, 400);
  EXPECT_EQ(site_.as_peer().get("/internal/books?book=payments&cursor=x").status, 400);
}

TEST_F(PaymentRoutes, a_full_page_of_the_books_fits_into_one_answer) {
  as_owner(
      "INSERT INTO payments (id, owner_id, owner_type, user_id, amount, currency, status, captured,"
      " refund_asked, bank_reference)"
      " SELECT gen_random_uuid(), gen_random_uuid(), 'booking', gen_random_uuid(), 1000000000000,"
      " 'EUR', 'captured', 1000000000000, 0, 'x' FROM generate_series(1, 501)");
  EXPECT_EQ(site_.as_peer().get("/internal/books?book=payments&limit=500").status, 200);
}

TEST_F(PaymentRoutes, the_description_is_that_of_the_routes) {
  chassis::testing::expect_described(routes(), embedded().at("openapi.json"));
}

}  // namespace
}  // namespace payment
