#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "book_store.h"
#include "chassis/id.h"
#include "chassis/testing/database.h"
#include "chassis/testing/routes.h"
#include "fake_bank.h"
#include "payment_embedded.h"
#include "payment_store.h"
#include "record_store.h"
#include "refund_store.h"
#include "settlement.h"

namespace payment {

inline const std::string ada = chassis::testing::ada;
inline const std::string eve = chassis::testing::eve;

/// What is due is due at once; what is to be looked at again is due when a test says so.
inline constexpr Timing test_timing{.check_after = std::chrono::milliseconds{0},
                                    .watch = std::chrono::minutes{10},
                                    .abandon_after = std::chrono::hours{24},
                                    .retry_first = std::chrono::hours{1},
                                    .retry_most = std::chrono::hours{1}};

/// Stores on a database of their own, that belongs to another role, beside a fake bank.
class PaymentFixture : public testing::Test {
 protected:
  static std::string owner(int n) {
    return chassis::seeded_id("test", "owner", static_cast<std::uint64_t>(n));
  }
  static std::string refund_id(int n) {
    return chassis::seeded_id("test", "refund", static_cast<std::uint64_t>(n));
  }
  static Draft draft(std::int64_t amount = 1999, const std::string& token = "tok-1") {
    return {"order", ada, {amount, "EUR"}, token};
  }
  static Turn turn(std::chrono::milliseconds time = std::chrono::seconds{10}) {
    return {chassis::new_id(), time, "peer"};
  }

  std::int64_t ask(const std::string& sql) {
    return database_.owner().read([&](chassis::Transaction& transaction) {
      return transaction.exec(sql)[0][0].as<std::int64_t>();
    });
  }
  std::string text(const std::string& sql) {
    return database_.owner().read([&](chassis::Transaction& transaction) {
      return transaction.exec(sql)[0][0].as<std::string>("");
    });
  }
  void as_owner(const std::string& sql) {
    database_.owner().write([&](chassis::Transaction& transaction) { transaction.exec(sql); });
  }
  /// As if the turns of those who died were over.
  void end_turns() { as_owner("UPDATE payments SET leased_until = now() - interval '1 second'"); }
  /// As if it were time to look again at all that is not settled.
  void let_time_pass() {
    as_owner("UPDATE payments SET check_at = now() WHERE check_at IS NOT NULL");
  }
  /// As if no answer to any attempt could come any more.
  void let_watches_end() {
    as_owner("UPDATE payments SET watch_until = now(), check_at = now() WHERE watch_until > now()");
  }
  /// The kinds of what the legal record says about an owner's payment, in order.
  std::string recorded(const std::string& owner_id) {
    return text("SELECT string_agg(kind, ' ' ORDER BY id) FROM legal.records WHERE owner_id = '" +
                owner_id + "'");
  }
  std::int64_t events(const std::string& type) {
    return ask("SELECT count(*) FROM chassis.outbox WHERE type = '" + type + "'");
  }
  bool settled(const std::string& owner_id) {
    return ask("SELECT count(*) FROM payments WHERE check_at IS NULL AND owner_id = '" + owner_id +
               "'") == 1;
  }
  std::string status(const std::string& owner_id) {
    return payments_->find_of_owner(owner_id).status;
  }
  void reconcile() {
    let_time_pass();
    settlement_->reconcile();
  }
  /// Asks in as many threads at once, by two replicas; returns the statuses or types of problems.
  std::vector<std::string> at_once(int threads,
                                   const std::function<std::string(Settlement&)>& ask) {
    Settlement other{payments_, refunds_, bank_, "EUR", std::chrono::seconds{1}};
    std::barrier start{threads};
    std::vector<std::future<std::string>> answers;
    for (int i = 0; i < threads; ++i) {
      answers.push_back(std::async(std::launch::async, [&, i] {
        start.arrive_and_wait();
        return insistently([&] { return ask(i % 2 == 0 ? *settlement_ : other); });
      }));
    }
    std::vector<std::string> statuses;
    for (auto& answer : answers) statuses.push_back(answer.get());
    return statuses;
  }
  /// A machine that is busy with other things may not open a connection in time: asks again, which
  /// is always safe.
  static std::string insistently(const std::function<std::string()>& ask) {
    for (int left = 20;; --left) {
      try {
        return ask();
      } catch (const chassis::Error& error) {
        if (error.code() != chassis::ErrorCode::unavailable || left == 0) throw;
      }
    }
  }
  /// The type of the problem, or nothing.
  template <typename Work>
  static std::string problem(Work work) {
    try {
      work();
    } catch (const chassis::Error& error) {
      return error.type();
    }
    return "";
  }

  chassis::testing::TestDatabase database_{embedded(), chassis::testing::TwoRoles{}};
  std::shared_ptr<Payments> payments_ =
      std::make_shared<PostgresPayments>(database_.database(), "EUR", test_timing);
  std::shared_ptr<Refunds> refunds_ = std::make_shared<PostgresRefunds>(database_.database());
  std::shared_ptr<Records> records_ = std::make_shared<PostgresRecords>(database_.database());
  std::shared_ptr<FakeBank> bank_ = std::make_shared<FakeBank>();
  std::shared_ptr<Settlement> settlement_ =
      std::make_shared<Settlement>(payments_, refunds_, bank_, "EUR", std::chrono::seconds{1});
};

}  // namespace payment
