#include "bank_routes.h"

#include <map>

#include "fault_server.h"
#include "payment_fixture.h"

namespace payment {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
using Connection = FaultServer::Connection;

std::string charge_json(const std::string& reference, const std::string& id = "ch-1",
                        const std::string& more = "") {
  return R"({"id":")" + id + R"(","reference":")" + reference +
         R"(","status":"captured","amount":{"amount":1999,"currency":"EUR"},)"
         R"("refunded":{"amount":0,"currency":"EUR"},"brand":"visa","last4":"4242",)"
         R"("created_at":"2026-11-21T08:15:30Z")" +
         more + "}";
}

std::string list_json(const std::string& items) { return R"({"items":[)" + items + "]}"; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// What a bank may send instead of an answer.
const std::map<std::string, std::function<void(const Connection&, const std::string& good)>>&
bad_answers() {
  using Answer = std::function<void(const Connection&, const std::string&)>;
  static const std::map<std::string, Answer> all{
      {"closes after reading", [](const Connection&, const std::string&) {}},
      {"never answers", [](const Connection& it, const std::string&) { it.await_end(); }},
      {"half headers", [](const Connection& it,
                          const std::string&) { it.send("HTTP/1.1 201 Created\r\nContent-Le"); }},
      {"half a body",
       [](const Connection& it, const std::string& good) {
         it.send("HTTP/1.1 201 Created\r\nContent-Length: 9999\r\n\r\n" + good);
       }},
      {"an endless body",
       [](const Connection& it, const std::string&) {
         it.send("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n");
         while (it.send("1000\r\n" + std::string(0x1000, '[') + "\r\n")) {
         }
       }},
      {"endless headers",
       [](const Connection& it, const std::string&) {
         it.send("HTTP/1.1 201 Created\r\n");
         while (it.send("X-More: " + std::string(1000, 'x') + "\r\n")) {
         }
       }},
      {"50 MB",
       [](const Connection& it, const std::string&) {
         it.send("HTTP/1.1 201 Created\r\nContent-Length: 52428800\r\n\r\n");
         for (int i = 0; i < 800 && it.send(std::string(65536, ' ')); ++i) {
         }
       }},
      {"no JSON", [](const Connection& it, const std::string&) { it.answer(201, "<html>"); }},
      {"no HTTP", [](const Connection& it, const std::string&) { it.send("captured\r\n\r\n"); }},
      {"nothing at all", [](const Connection& it, const std::string&) { it.answer(201, ""); }},
      {"other JSON", [](const Connection& it, const std::string&) { it.answer(201, "[17]"); }},
      {"another status word",
       [](const Connection& it, const std::string& good) {
         it.answer(201, replaced(good, "captured", "approved"));
       }},
      {"an id that is a card number",
       [](const Connection& it, const std::string& good) {
         it.answer(201, replaced(good, "ch-1", "4242424242424242"));
       }},
      {"another reference",
       [](const Connection& it, const std::string& good) {
         it.answer(201, replaced(good, R"("reference":")", R"("reference":"x)"));
       }},
      {"another amount",
       [](const Connection& it, const std::string& good) {
         it.answer(201, replaced(good, "1999", "1998"));
       }},
      {"another currency",
       [](const Connection& it, const std::string& good) {
         it.answer(201, replaced(good, "EUR", "USD"));
       }},
      {"a server error",
       [](const Connection& it, const std::string&) { it.answer(500, R"({"type":"x"})"); }},
      {"400 of a proxy",
       [](const Connection& it, const std::string&) { it.answer(400, "bad", "text/html"); }},
      {"a moved page",
       [](const Connection& it, const std::string&) {
         it.send(
             "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
       }},
  };
  return all;
}

class BankAnswers : public PaymentFixture {
 protected:
  /// A payment service beside this bank.
  struct Site {
    Site(const BankAnswers& test, FaultServer::Serve serve)
        : server{std::move(serve)},
          settlement{test.payments_, test.refunds_,
                     std::make_shared<BankRoutes>(client, "merchant-key", 300ms), "EUR", 300ms} {}
    FaultServer server;
    chassis::Client client{"bank", server.url(), ""};
    Settlement settlement;
  };

  static bool is_look_up(const std::string& request) { return request.starts_with("GET "); }
};

TEST_F(BankAnswers, the_bank_is_asked_as_it_wants_to_be) {
  Site site{*this, [](const Connection& it, const std::string& request) {
              if (is_look_up(request)) return it.answer(200, list_json(charge_json(owner(1))));
              if (request.find("/refunds ") == std::string::npos) {
                return it.answer(201, charge_json(owner(1), "ch-1", R"(,"new_field":1)"));
              }
              it.answer(201,
                        R"({"id":"r","charge_id":"ch-1","amount":{"amount":5,"currency":"EUR"}})");
            }};
  chassis::Context context;
  context.caller = chassis::Caller{ada, "admin"};
  const chassis::ContextScope scope{context};
  const auto payment = site.settlement.charge(owner(1), draft(1999, "tok-secret"));
  EXPECT_EQ(payment.status, "captured");
  EXPECT_EQ(site.settlement.refund(owner(1), refund_id(1), {5, "EUR"}).status, "refunded");
  const auto requests = site.server.requests();
  ASSERT_EQ(requests.size(), 2);
  EXPECT_THAT(requests[0],
              AllOf(HasSubstr("POST /v1/charges "), HasSubstr("Authorization: Bearer merchant-key"),
                    HasSubstr("Idempotency-Key: " + payment.id),
                    HasSubstr(R"({"token":"tok-secret","amount":{"amount":1999,"currency":"EUR"},)"
                              R"("reference":")" +
                              owner(1) + "\"}"),
                    Not(HasSubstr("X-User-Id")), Not(HasSubstr("X-Internal-Token"))));
  EXPECT_THAT(requests[1], AllOf(HasSubstr("POST /v1/charges/ch-1/refunds "),
                                 HasSubstr("Idempotency-Key: " + refund_id(1)),
                                 HasSubstr(R"({"amount":{"amount":5,"currency":"EUR"}})")));
}

TEST_F(BankAnswers, whatever_comes_for_an_answer_a_look_up_settles_it) {
  int n = 0;
  for (const auto& [what, bad] : bad_answers()) {
    SCOPED_TRACE(what);
    const auto id = owner(++n);
    // The money was captured, whatever the bank said.
    Site site{*this, [&](const Connection& it, const std::string& request) {
                if (is_look_up(request)) return it.answer(200, list_json(charge_json(id)));
                bad(it, charge_json(id));
              }};
    EXPECT_EQ(site.settlement.charge(id, draft()).status, "pending");
    EXPECT_EQ(site.settlement.charge(id, draft()).status, "captured");
    let_time_pass();
    site.settlement.reconcile();
    EXPECT_TRUE(settled(id));
    EXPECT_EQ(recorded(id), "requested captured");
  }
}

TEST_F(BankAnswers, a_look_up_that_answers_nonsense_settles_nothing) {
  int n = 0;
  for (const auto& [what, bad] : bad_answers()) {
    SCOPED_TRACE(what);
    const auto id = owner(++n);
    Site site{*this, [&](const Connection& it, const std::string& request) {
                if (is_look_up(request)) bad(it, list_json(charge_json(id)));
              }};
    EXPECT_EQ(site.settlement.charge(id, draft()).status, "pending");
    EXPECT_EQ(site.settlement.charge(id, draft()).status, "pending");
    EXPECT_EQ(site.settlement.take_back(id).status, "pending");
    let_time_pass();
    site.settlement.reconcile();
    EXPECT_EQ(status(id), "pending");
    const auto charged = [](const std::string& request) { return !is_look_up(request); };
    const auto requests = site.server.requests();
    EXPECT_LE(std::count_if(requests.begin(), requests.end(), charged), 3)
        << "only the tries of one attempt: nothing was charged again";
    Site whole{*this, [&](const Connection& it, const std::string& request) {
                 if (is_look_up(request)) it.answer(200, list_json(charge_json(id)));
               }};
    let_time_pass();
    whole.settlement.reconcile();
    EXPECT_TRUE(payments_->find_of_owner(id).holds_money()) << "captured, and to be given back";
    as_owner("DELETE FROM payments");
  }
}

TEST_F(BankAnswers, a_refund_without_an_answer_is_asked_for_again) {
  int n = 0;
  for (const auto& [what, bad] : bad_answers()) {
    SCOPED_TRACE(what);
    const auto id = owner(++n);
    const auto good =
        R"({"id":"re-1","charge_id":"ch-1","amount":{"amount":1999,"currency":"EUR"}})";
    Site site{*this, [&](const Connection& it, const std::string& request) {
                if (request.find("/refunds ") != std::string::npos) return bad(it, good);
                it.answer(201, charge_json(id));
              }};
    site.settlement.charge(id, draft());
    const auto answer = site.settlement.refund(id, refund_id(n), {1999, "EUR"}).status;
    // A refund has neither.
    if (what == "another status word" || what == "another reference") {
      EXPECT_EQ(answer, "refunded");
      continue;
    }
    EXPECT_EQ(answer, "pending");
    Site whole{*this, [&](const Connection& it, const std::string&) { it.answer(201, good); }};
    EXPECT_EQ(whole.settlement.refund(id, refund_id(n), {1999, "EUR"}).status, "refunded");
    EXPECT_EQ(status(id), "refunded");
  }
}

TEST_F(BankAnswers, a_token_that_the_bank_does_not_know_is_declined) {
  const auto problem_document = [](const std::string& pointer) {
    return R"({"type":"urn:serai:problem:invalid","title":"x","status":400,"detail":"x","errors":[)"
           R"({"pointer":")" +
           pointer + R"(","detail":"is no token"}]})";
  };
  std::string pointer = "/token";
  Site site{*this, [&](const Connection& it, const std::string& request) {
              if (is_look_up(request)) return it.answer(200, list_json(""));
              it.answer(400, problem_document(pointer), "application/problem+json");
            }};
  const auto payment = site.settlement.charge(owner(1), draft());
  EXPECT_EQ(payment.status, "declined");
  EXPECT_EQ(payment.decline_reason, "declined");
  pointer = "/amount";
  EXPECT_EQ(site.settlement.charge(owner(2), draft()).status, "pending")
      << "that is our fault and not the card's";
}

TEST_F(BankAnswers, a_refusal_after_an_attempt_without_an_answer_is_watched) {
  int calls = 0;
  Site site{*this, [&](const Connection& it, const std::string& request) {
              if (is_look_up(request)) return it.answer(200, list_json(""));
              if (++calls <= 3) return;
              it.answer(400,
                        R"({"type":"urn:serai:problem:invalid","title":"x","status":400,)"
                        R"("detail":"x","errors":[{"pointer":"/token","detail":"is no token"}]})",
                        "application/problem+json");
            }};
  site.settlement.charge(owner(1), draft());
  while (calls < 3) site.settlement.charge(owner(1), draft());
  EXPECT_EQ(site.settlement.charge(owner(1), draft()).status, "declined");
  EXPECT_FALSE(settled(owner(1)));
  let_watches_end();
  site.settlement.reconcile();
  EXPECT_TRUE(settled(owner(1)));
}

TEST_F(BankAnswers, no_answer_outlasts_the_patience_of_who_asks) {
  Site site{*this, [](const Connection& it, const std::string&) { it.await_end(); }};
  chassis::Context context;
  context.deadline = std::chrono::steady_clock::now() + 700ms;
  const chassis::ContextScope scope{context};
  EXPECT_EQ(site.settlement.charge(owner(1), draft()).status, "pending");
  EXPECT_LT(std::chrono::steady_clock::now(), context.deadline) << "there is time left to answer";
}

}  // namespace
}  // namespace payment
