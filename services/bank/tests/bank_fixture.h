#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "bank_embedded.h"
#include "charge_routes.h"
#include "charge_store.h"
#include "chassis/json.h"
#include "chassis/testing/database.h"
#include "chassis/testing/routes.h"
#include "fault_routes.h"
#include "fault_store.h"
#include "ledger_routes.h"
#include "ledger_store.h"
#include "token_routes.h"
#include "token_store.h"

namespace bank {

/// A whole bank on a database of its own, asked through its routes.
class BankFixture : public testing::Test {
 protected:
  static constexpr auto key = "the-merchant's-own-key";
  static constexpr auto good_card = "4242 4242 4242 4242";

  chassis::Database& database() { return database_.database(); }

  std::int64_t number(const std::string& sql) {
    return database().read([&](chassis::Transaction& transaction) {
      return transaction.exec(sql)[0][0].as<std::int64_t>();
    });
  }

  void run(const std::string& sql) {
    database().write([&](chassis::Transaction& transaction) { transaction.exec(sql); });
  }

  static std::string member(const chassis::Response& answer, const char* name) {
    chassis::JsonDocument document{answer.body, chassis::Unknown::ignore};
    const auto found = document.root().member(name);
    return found ? found->text() : "";
  }

  static std::string card_json(const std::string& number = good_card) {
    return R"({"card_number":")" + number + R"(","expiry":"12/39","cvc":"123"})";
  }

  static std::string money(std::int64_t amount) {
    return R"({"amount":)" + std::to_string(amount) + R"(,"currency":"EUR"})";
  }

  static std::string charge_json(const std::string& token, std::int64_t amount = 4'900,
                                 const std::string& reference = "order-1") {
    return R"({"token":")" + token + R"(","amount":)" + money(amount) + R"(,"reference":")" +
           reference + R"("})";
  }

  /// Requests of a thread of its own; RouteTester is not shared between threads.
  chassis::testing::RouteTester window() { return chassis::testing::RouteTester{routes_}; }

  std::string token(const std::string& number = good_card) {
    return member(window().post("/v1/tokens", card_json(number)), "token");
  }

  static chassis::Headers with_key(const std::string& idempotency_key) {
    return {{"Authorization", std::string{"Bearer "} + key}, {"Idempotency-Key", idempotency_key}};
  }

  chassis::Response charge(const std::string& idempotency_key, const std::string& body) {
    return window().post("/v1/charges", body, with_key(idempotency_key));
  }

  chassis::Response refund(const std::string& idempotency_key, const std::string& charge_id,
                           std::int64_t amount) {
    return window().post("/v1/charges/" + charge_id + "/refunds",
                         R"({"amount":)" + money(amount) + "}", with_key(idempotency_key));
  }

  chassis::Response look_up(const std::string& reference) {
    return window().get("/v1/charges?reference=" + reference, with_key("-"));
  }

  /// Rows that break a rule of the books: none.
  std::int64_t violations() {
    return number(
        "SELECT (SELECT count(*) FROM charges WHERE refunded <>"
        "          (SELECT coalesce(sum(amount), 0) FROM refunds WHERE charge_id = charges.id)"
        "        OR refunded > amount)"
        " + (SELECT count(*) FROM charges FULL JOIN"
        "      (SELECT * FROM ledger WHERE entry = 'capture') captures USING (id)"
        "    WHERE declines IS NULL AND (captures.amount IS DISTINCT FROM charges.amount"
        "      OR captures.reference <> charges.reference OR charge_id <> id)"
        "      OR declines IS NOT NULL AND captures.amount IS NOT NULL)"
        " + (SELECT count(*) FROM refunds FULL JOIN"
        "      (SELECT * FROM ledger WHERE entry = 'refund') given USING (id)"
        "    WHERE given.amount IS DISTINCT FROM refunds.amount"
        "      OR given.charge_id <> refunds.charge_id)"
        " + (SELECT count(*) FROM (SELECT position, balance, row_number() OVER w AS counted,"
        "      sum(CASE entry WHEN 'capture' THEN amount ELSE -amount END) OVER w AS summed"
        "      FROM ledger WINDOW w AS (ORDER BY position)) entries"
        "    WHERE position <> counted OR balance <> summed)"
        " + (SELECT count(*) FROM ledger_head"
        "    WHERE position <> (SELECT count(*) FROM ledger) OR balance <>"
        "      (SELECT coalesce(sum(CASE entry WHEN 'capture' THEN amount ELSE -amount END), 0)"
        "       FROM ledger))");
  }

  chassis::testing::TestDatabase database_{embedded()};
  std::shared_ptr<Tokens> tokens_ =
      std::make_shared<PostgresTokens>(database_.database(), std::chrono::minutes{60});
  std::shared_ptr<Charges> charges_ =
      std::make_shared<PostgresCharges>(database_.database(), "EUR");
  std::shared_ptr<Ledger> ledger_ = std::make_shared<PostgresLedger>(database_.database(), "EUR");
  std::shared_ptr<Faults> faults_ = std::make_shared<PostgresFaults>(database_.database());
  chassis::Routes routes_ = token_routes(tokens_) + ledger_routes(ledger_, key) +
                            charge_routes(charges_, once_in(database_.database(), "EUR"), key,
                                          [this] { return faults_->next(); }) +
                            fault_routes(faults_);
};

}  // namespace bank
