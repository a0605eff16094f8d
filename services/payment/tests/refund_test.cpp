#include "refund.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "payment_fixture.h"

namespace payment {
namespace {

using chassis::Money;
using testing::AnyOf;
using Fault = FakeBank::Fault;

class RefundTest : public PaymentFixture {};

TEST_F(RefundTest, a_refund_is_made_once) {
  settlement_->charge(owner(1), draft());
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(settlement_->refund(owner(1), refund_id(1), {500, "EUR"}).status, "refunded");
  }
  EXPECT_EQ(bank_->balance(owner(1)), 1499);
  EXPECT_EQ(bank_->refund_calls(), 1);
  EXPECT_EQ(status(owner(1)), "captured");
  EXPECT_EQ(recorded(owner(1)), "requested captured refund-requested refunded");
  EXPECT_EQ(events("payment.refunded"), 1);
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(2), {1499, "EUR"}).status, "refunded");
  EXPECT_EQ(status(owner(1)), "refunded");
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "refunded");
  EXPECT_EQ(bank_->captures(owner(1)), 1);
}

TEST_F(RefundTest, a_refund_whose_answer_is_lost_is_asked_for_again_with_the_same_key) {
  settlement_->charge(owner(1), draft());
  bank_->next_refund = {Fault::answer_lost, Fault::answer_lost};
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(1), {500, "EUR"}).status, "pending");
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(1), {500, "EUR"}).status, "pending");
  EXPECT_FALSE(settled(owner(1)));
  reconcile();
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(1), {500, "EUR"}).status, "refunded");
  EXPECT_EQ(bank_->balance(owner(1)), 1499);
  reconcile();
  EXPECT_TRUE(settled(owner(1)));
}

TEST_F(RefundTest, no_more_goes_back_than_was_captured) {
  settlement_->charge(owner(1), draft(1000));
  const auto refused = [&](int n, const Money& amount) {
    return problem([&] { settlement_->refund(owner(1), refund_id(n), amount); });
  };
  EXPECT_EQ(refused(1, {1001, "EUR"}), "refund-exceeds");
  EXPECT_EQ(refused(1, {0, "EUR"}), "invalid");
  EXPECT_EQ(refused(1, {10, "USD"}), "invalid");
  EXPECT_EQ(refused(1, {600, "EUR"}), "");
  EXPECT_EQ(refused(1, {500, "EUR"}), "conflict") << "another amount under the same id";
  EXPECT_EQ(refused(2, {401, "EUR"}), "refund-exceeds");
  settlement_->charge(owner(2), draft(1000));
  EXPECT_EQ(problem([&] {
              settlement_->refund(owner(2), refund_id(1), {600, "EUR"});
            }),
            "conflict");
  EXPECT_EQ(problem([&] {
              settlement_->refund(owner(3), refund_id(3), {600, "EUR"});
            }),
            "not-found");
  settlement_->charge(owner(4), draft(1000, "tok-declined"));
  EXPECT_EQ(problem([&] {
              settlement_->refund(owner(4), refund_id(4), {1, "EUR"});
            }),
            "not-captured");
  settlement_->take_back(owner(5));
  EXPECT_EQ(problem([&] { settlement_->refund(owner(5), refund_id(5), {1, "EUR"}); }), "voided");
  EXPECT_EQ(bank_->balance(owner(1)), 400);
}

TEST_F(RefundTest, twenty_refunds_at_once_give_back_what_was_captured) {
  settlement_->charge(owner(1), draft(1000));
  std::atomic<int> next{0};
  const auto statuses = at_once(20, [&](Settlement& replica) -> std::string {
    const auto id = refund_id(next++);
    try {
      return replica.refund(owner(1), id, {100, "EUR"}).status;
    } catch (const chassis::Error& error) {
      if (error.code() == chassis::ErrorCode::unavailable) throw;
      return error.type();
    }
  });
  EXPECT_THAT(statuses, testing::Each(AnyOf("refunded", "pending", "refund-exceeds")));
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), "refund-exceeds"), 10);
  reconcile();
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_EQ(status(owner(1)), "refunded");
  EXPECT_EQ(events("payment.refunded"), 10);
}

TEST_F(RefundTest, one_that_is_asked_for_while_a_turn_ends_is_not_forgotten) {
  settlement_->charge(owner(1), draft(1000));
  const auto id = payments_->find_of_owner(owner(1)).id;
  const auto mine = turn();
  payments_->take_turn(owner(1), mine);
  as_owner("UPDATE payments SET watch_until = NULL");
  std::future<void> given_back;
  database_.owner().write([&](chassis::Transaction& transaction) {
    transaction.exec("SELECT FROM payments FOR UPDATE");
    given_back = std::async(std::launch::async, [&] { payments_->give_back(id, mine); });
    chassis::Database watcher{database_.url(), "watcher"};
    const auto waiting = [&] {
      return watcher.read([](chassis::Transaction& other) {
        return other.exec("SELECT count(*) FROM pg_locks WHERE NOT granted")[0][0].as<int>() > 0;
      });
    };
    while (!waiting()) std::this_thread::yield();
    transaction.exec(
        "INSERT INTO refunds (id, payment_id, kind, bank_reference, amount) VALUES ('" +
        refund_id(1) + "', '" + id + "', 'asked', 'ch-1', 500)");
  });
  given_back.get();
  EXPECT_FALSE(settled(owner(1)));
}

TEST_F(RefundTest, the_database_itself_bounds_what_goes_back) {
  settlement_->charge(owner(1), draft(1000));
  const auto id = payments_->find_of_owner(owner(1)).id;
  const auto insert = [&](int n, const std::string& amount) {
    return problem([&] {
      database_.database().write([&](chassis::Transaction& transaction) {
        transaction.exec(
            "INSERT INTO refunds (id, payment_id, kind, bank_reference, amount) VALUES ('" +
            refund_id(n) + "', '" + id + "', 'asked', 'ch-1', " + amount + ")");
      });
    });
  };
  EXPECT_EQ(insert(1, "600"), "");
  EXPECT_EQ(insert(2, "401"), "conflict");
  EXPECT_EQ(insert(3, "400"), "");
}

TEST_F(RefundTest, what_the_bank_gave_back_by_hand_cannot_go_back_again) {
  settlement_->charge(owner(1), draft(1000));
  bank_->give_back_by_hand(owner(1), 700);
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(1), {400, "EUR"}).status, "refunded")
      << "the bank shows that so much went back, and knows of no other reason";
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(2), {600, "EUR"}).status, "refused");
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(2), {600, "EUR"}).status, "refused");
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(3), {300, "EUR"}).status, "refunded");
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_EQ(recorded(owner(1)),
            "requested captured refund-requested refunded refund-requested refund-refused "
            "refund-requested refunded");
}

TEST_F(RefundTest, a_refund_the_bank_has_forgotten_the_key_of_is_not_made_twice) {
  settlement_->charge(owner(1), draft(1000));
  bank_->next_refund = {Fault::answer_lost};
  settlement_->refund(owner(1), refund_id(1), {300, "EUR"});
  bank_->forget_keys();
  as_owner("UPDATE refunds SET created_at = now() - interval '30 hours'");
  reconcile();
  EXPECT_EQ(bank_->balance(owner(1)), 700);
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(1), {300, "EUR"}).status, "refunded");
}

}  // namespace
}  // namespace payment
