#include <atomic>
#include <future>

#include "payment_fixture.h"

namespace payment {
namespace {

using chassis::Money;
using Fault = FakeBank::Fault;

class TakeBack : public PaymentFixture {};

TEST_F(TakeBack, what_is_taken_back_before_it_is_asked_for_is_never_charged) {
  for (int again = 0; again < 2; ++again) {
    const auto payment = settlement_->take_back(owner(1));
    EXPECT_EQ(payment.status, "voided");
    EXPECT_EQ(payment.refunded, (Money{0, "EUR"}));
  }
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "voided");
  EXPECT_EQ(bank_->charge_calls() + bank_->find_calls(), 0);
  EXPECT_EQ(ask("SELECT count(*) FROM payments WHERE user_id IS NOT NULL OR amount IS NOT NULL"),
            0);
  EXPECT_EQ(ask("SELECT count(*) FROM legal.records"), 0);
  EXPECT_TRUE(settled(owner(1)));
}

TEST_F(TakeBack, what_was_captured_goes_back_wholly_and_once) {
  settlement_->charge(owner(1), draft());
  for (int again = 0; again < 2; ++again) {
    const auto payment = settlement_->take_back(owner(1));
    EXPECT_EQ(payment.status, "voided");
    EXPECT_EQ(payment.refunded, (Money{1999, "EUR"}));
  }
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "voided");
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_EQ(bank_->refund_calls(), 1);
  EXPECT_EQ(recorded(owner(1)), "requested captured refund-requested refunded voided");
  EXPECT_EQ(events("payment.refunded"), 1);
}

TEST_F(TakeBack, the_rest_goes_back_after_a_refund_of_a_part) {
  settlement_->charge(owner(1), draft());
  settlement_->refund(owner(1), refund_id(1), {500, "EUR"});
  EXPECT_EQ(settlement_->take_back(owner(1)).refunded, (Money{1999, "EUR"}));
  settlement_->charge(owner(2), draft());
  settlement_->refund(owner(2), refund_id(2), {1999, "EUR"});
  EXPECT_EQ(settlement_->take_back(owner(2)).status, "voided");
  EXPECT_EQ(bank_->refund_calls(), 3);
  EXPECT_EQ(bank_->balance(owner(1)) + bank_->balance(owner(2)), 0);
  EXPECT_EQ(ask("SELECT sum(refunded) FROM payments"), 2 * 1999);
}

TEST_F(TakeBack, what_was_declined_stays_declined) {
  settlement_->charge(owner(1), draft(1999, "tok-declined"));
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "declined");
}

TEST_F(TakeBack, taking_back_asks_the_bank_first) {
  bank_->next_charge = {Fault::answer_lost};
  settlement_->charge(owner(1), draft());
  bank_->next_find = {Fault::unreachable};
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "pending") << "not certain";
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "pending");
  EXPECT_TRUE(payments_->find_of_owner(owner(1)).void_asked);
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "voided");
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_EQ(bank_->captures(owner(1)), 1);
}

TEST_F(TakeBack, a_charge_of_another_amount_goes_back_whole) {
  bank_->next_charge = {Fault::other_amount};
  settlement_->charge(owner(1), draft());
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "voided");
  EXPECT_FALSE(settled(owner(1)));
  reconcile();
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_EQ(recorded(owner(1)), "requested voided surplus-returned");
}

TEST_F(TakeBack, reconciliation_ends_what_nobody_asks_again_to_take_back) {
  bank_->next_charge = {Fault::answer_lost};
  settlement_->charge(owner(1), draft());
  bank_->next_find = {Fault::unreachable};
  settlement_->take_back(owner(1));
  bank_->next_refund = {Fault::unreachable, Fault::answer_lost};
  reconcile();
  EXPECT_EQ(status(owner(1)), "captured");
  reconcile();
  reconcile();
  EXPECT_EQ(status(owner(1)), "voided");
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  reconcile();
  EXPECT_TRUE(settled(owner(1)));
}

TEST_F(TakeBack, a_charge_that_appears_after_the_payment_was_voided_goes_back) {
  bank_->next_charge = {Fault::unreachable};
  const auto payment = settlement_->charge(owner(1), draft());
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "voided");
  reconcile();
  EXPECT_FALSE(settled(owner(1))) << "an attempt was not answered and may still arrive";
  bank_->charge({payment.id, "tok-1", payment.amount, owner(1)});
  reconcile();
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_FALSE(settled(owner(1)));
  let_watches_end();
  reconcile();
  EXPECT_TRUE(settled(owner(1)));
  EXPECT_EQ(recorded(owner(1)), "requested voided surplus-returned");
}

TEST_F(TakeBack, what_is_taken_back_while_the_bank_charges_it_goes_back) {
  bank_->hold();
  auto charged =
      std::async(std::launch::async, [&] { return settlement_->charge(owner(1), draft()).status; });
  bank_->await_held(1);
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "pending") << "the charge is under way";
  bank_->release();
  EXPECT_EQ(charged.get(), "voided");
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "voided");
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_EQ(bank_->captures(owner(1)), 1);
}

TEST_F(TakeBack, charging_and_taking_back_at_once_leaves_nothing_charged) {
  for (int n = 1; n <= 10; ++n) {
    at_once(6, [&](Settlement& replica) {
      static std::atomic<int> turns{0};
      if (turns++ % 3 == 0) return replica.take_back(owner(n)).status;
      return replica.charge(owner(n), draft()).status;
    });
    settlement_->take_back(owner(n));
    EXPECT_EQ(status(owner(n)), "voided");
    EXPECT_EQ(bank_->balance(owner(n)), 0);
  }
}

}  // namespace
}  // namespace payment
