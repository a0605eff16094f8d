#include "bank_routes.h"
#include "fault_server.h"
#include "payment_fixture.h"
#include "payment_routes.h"

namespace payment {
namespace {

using chassis::Method;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr auto card_number = "4242424242424242";
constexpr auto token = "tok_9Zq7wXk2LmNpRsTu";

/// Every row of every table, the legal record and the chassis' own included, as text.
std::string all_rows(chassis::Database& owner) {
  return owner.read([](chassis::Transaction& transaction) {
    std::string text;
    for (const auto& table :
         transaction.exec("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                          " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")) {
      const std::string name = table[0].c_str();
      for (const auto& row : transaction.exec("SELECT t::text FROM " + name + " AS t")) {
        text += name + " " + row[0].c_str() + "\n";
      }
    }
    return text;
  });
}

class Secrecy : public PaymentFixture {};

TEST_F(Secrecy, neither_card_nor_token_is_in_a_table_or_in_the_log) {
  // A bank that repeats what it was told, in every place it has.
  int calls = 0;
  FaultServer server{[&](const FaultServer::Connection& it, const std::string& request) {
    const std::string said = std::string{token} + " " + card_number;
    switch (++calls % 5) {
      case 0: return it.answer(500, R"({"detail":")" + said + "\"}");
      case 1:
        return it.answer(201, R"({"id":")" + std::string{card_number} + R"(","reference":")" +
                                  owner(1) + R"(","status":"captured","amount":{"amount":1999,)" +
                                  R"("currency":"EUR"},"brand":")" + said + R"(","last4":"4242"})");
      case 2: return it.answer(201, said);
      case 3:
        return it.answer(400,
                         R"({"type":"urn:serai:problem:invalid","detail":")" + said +
                             R"(","errors":[{"pointer":"/token","detail":")" + said + "\"}]}",
                         "application/problem+json");
      default: return it.answer(200, R"({"items":[]})");
    }
    (void)request;
  }};
  chassis::Client client{"bank", server.url(), ""};
  const auto through = std::make_shared<Settlement>(
      payments_, refunds_, std::make_shared<BankRoutes>(client, "merchant-key", 300ms), "EUR",
      300ms);
  chassis::testing::RouteTester broken{payment_routes(through, payments_, {})};
  chassis::testing::RouteTester whole{payment_routes(settlement_, payments_, {})};
  const auto body = [](const std::string& card) {
    return R"({"owner_type":"order","user_id":")" + ada +
           R"(","amount":{"amount":1999,"currency":"EUR"},"card_token":")" + card + "\"}";
  };

  testing::internal::CaptureStdout();
  for (int n = 1; n <= 3; ++n) {
    for (int again = 0; again < 5; ++again) {
      for (const auto* card : {token, card_number, "4242 4242 4242 4242"}) {
        broken.as_peer().send(Method::put, "/internal/payments/" + owner(n), body(card));
        whole.as_peer().send(Method::put, "/internal/payments/" + owner(10 + n), body(card));
      }
    }
    let_time_pass();
    through->reconcile();
  }
  whole.as_peer().send(Method::put, "/internal/payments/" + owner(20), body(token) + "garbage");
  whole.as_peer().send(
      Method::put, "/internal/payments/" + owner(21),
      R"({"card_token":")" + std::string{token} + R"(","card_number":")" + card_number + "\"}");
  const auto log = testing::internal::GetCapturedStdout();

  const auto rows = all_rows(database_.owner());
  EXPECT_THAT(rows, HasSubstr(owner(11))) << "the rows were read";
  EXPECT_THAT(log, HasSubstr("payment ended")) << "the log was read";
  for (const auto* secret : {token, card_number, "4242 4242", "merchant-key"}) {
    EXPECT_THAT(rows, Not(HasSubstr(secret)));
    EXPECT_THAT(log, Not(HasSubstr(secret)));
  }
  EXPECT_EQ(ask("SELECT count(*) FROM payments WHERE token_digest IS NOT NULL"
                " AND status <> 'pending'"),
            0);
}

}  // namespace
}  // namespace payment
