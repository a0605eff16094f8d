#include "settlement.h"

#include <future>

#include "payment_fixture.h"

namespace payment {
namespace {

using chassis::Money;
using Fault = FakeBank::Fault;

class SettlementTest : public PaymentFixture {};

// --- charging

TEST_F(SettlementTest, a_charge_is_recorded_and_told_once) {
  const auto payment = settlement_->charge(owner(1), draft());
  EXPECT_EQ(payment.status, "captured");
  EXPECT_EQ(payment.captured, (Money{1999, "EUR"}));
  EXPECT_EQ(payment.last4, "4242");
  EXPECT_EQ(bank_->balance(owner(1)), 1999);
  EXPECT_EQ(bank_->find_calls(), 0) << "nobody needs to be asked about a payment that is new";
  EXPECT_EQ(recorded(owner(1)), "requested captured");
  EXPECT_EQ(events("payment.captured"), 1);

  EXPECT_EQ(settlement_->charge(owner(1), draft()).id, payment.id);
  EXPECT_EQ(bank_->charge_calls(), 1);
  EXPECT_EQ(recorded(owner(1)), "requested captured");
}

TEST_F(SettlementTest, a_card_that_is_declined_stays_so) {
  const auto poor = draft(1999, "tok-no-funds");
  EXPECT_EQ(settlement_->charge(owner(1), poor).decline_reason, "no-funds");
  EXPECT_EQ(settlement_->charge(owner(1), poor).status, "declined");
  EXPECT_EQ(settlement_->charge(owner(2), draft(1999, "tok-declined")).decline_reason, "declined");
  EXPECT_EQ(settlement_->charge(owner(3), draft(1999, "tok-unknown")).status, "declined");
  EXPECT_EQ(bank_->charge_calls(), 3);
  EXPECT_EQ(recorded(owner(1)), "requested declined");
  EXPECT_TRUE(settled(owner(1)) && settled(owner(2)) && settled(owner(3)));
  EXPECT_EQ(events("payment.captured"), 0);
}

TEST_F(SettlementTest, another_draft_for_the_same_owner_is_refused) {
  bank_->next_charge = {Fault::unreachable};
  settlement_->charge(owner(1), draft());
  const auto refused = [&](const Draft& other) {
    return problem([&] { settlement_->charge(owner(1), other); });
  };
  EXPECT_EQ(refused(draft(2000)), "conflict");
  EXPECT_EQ(refused({"order", eve, {1999, "EUR"}, "tok-1"}), "conflict");
  EXPECT_EQ(refused({"booking", ada, {1999, "EUR"}, "tok-1"}), "conflict");
  EXPECT_EQ(refused(draft(1999, "tok-2")), "conflict")
      << "the bank's key is bound to the first card";
  EXPECT_EQ(refused(draft()), "");
  EXPECT_EQ(refused(draft(2000)), "conflict");
  EXPECT_EQ(bank_->captures(owner(1)), 1);
}

TEST_F(SettlementTest, a_draft_that_cannot_be_right_leaves_nothing) {
  for (const auto& wrong : {draft(0), draft(-1), Draft{"order", ada, {1999, "USD"}, "tok-1"},
                            draft(1999, "4242424242424242"), draft(1999, "4242 4242 4242 4242")}) {
    EXPECT_EQ(problem([&] { settlement_->charge(owner(1), wrong); }), "invalid");
  }
  EXPECT_EQ(ask("SELECT count(*) FROM payments"), 0);
  EXPECT_EQ(bank_->charge_calls(), 0);
}

TEST_F(SettlementTest, an_answer_that_is_lost_is_looked_up_and_nothing_charged_again) {
  bank_->next_charge = {Fault::answer_lost};
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "pending");
  EXPECT_FALSE(settled(owner(1)));
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "captured");
  EXPECT_EQ(bank_->charge_calls(), 1);
  EXPECT_EQ(bank_->balance(owner(1)), 1999);
  EXPECT_EQ(recorded(owner(1)), "requested captured");
  EXPECT_EQ(events("payment.captured"), 1);
}

TEST_F(SettlementTest, reconciliation_settles_what_nobody_asks_for_again) {
  bank_->next_charge = {Fault::answer_lost, Fault::answer_lost};
  settlement_->charge(owner(1), draft());
  settlement_->charge(owner(2), draft(1999, "tok-declined"));
  bank_->next_find = {Fault::unreachable, Fault::unreachable};
  reconcile();
  EXPECT_EQ(status(owner(1)), "pending") << "a look-up without an answer settles nothing";
  reconcile();
  EXPECT_EQ(status(owner(1)), "captured");
  EXPECT_EQ(status(owner(2)), "declined");
  reconcile();
  EXPECT_TRUE(settled(owner(1)) && settled(owner(2)));
  EXPECT_EQ(bank_->charge_calls(), 2);
}

TEST_F(SettlementTest, what_the_bank_never_heard_of_is_charged_only_when_asked_for_again) {
  bank_->next_charge = {Fault::unreachable};
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "pending");
  reconcile();
  reconcile();
  EXPECT_EQ(status(owner(1)), "pending");
  EXPECT_EQ(bank_->charge_calls(), 1) << "reconciliation never charges";
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "captured");
  EXPECT_EQ(bank_->balance(owner(1)), 1999);
}

TEST_F(SettlementTest, a_payment_that_nobody_wants_any_more_is_voided_in_the_end) {
  bank_->next_charge = {Fault::unreachable};
  settlement_->charge(owner(1), draft());
  as_owner("UPDATE payments SET asked_at = now() - interval '25 hours', attempted_at = asked_at");
  reconcile();
  EXPECT_EQ(status(owner(1)), "voided");
  EXPECT_EQ(recorded(owner(1)), "requested voided");
  EXPECT_EQ(problem([&] { payments_->open(owner(1), draft(), turn()); }), "");
  EXPECT_EQ(payments_->open(owner(1), draft(), turn()).ours, false);
}

TEST_F(SettlementTest, a_charge_of_another_amount_settles_nothing) {
  bank_->next_charge = {Fault::other_amount};
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "pending");
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "pending");
  reconcile();
  EXPECT_EQ(status(owner(1)), "pending");
  EXPECT_EQ(bank_->charge_calls(), 1);
  EXPECT_FALSE(settled(owner(1)));
}

TEST_F(SettlementTest, twenty_who_ask_at_once_by_two_replicas_charge_once) {
  const auto statuses =
      at_once(20, [&](Settlement& replica) { return replica.charge(owner(1), draft()).status; });
  EXPECT_THAT(statuses, testing::Each(std::string{"captured"}));
  EXPECT_EQ(bank_->charge_calls(), 1);
  EXPECT_EQ(bank_->balance(owner(1)), 1999);
  EXPECT_EQ(recorded(owner(1)), "requested captured");
  EXPECT_EQ(events("payment.captured"), 1);
}

TEST_F(SettlementTest, who_asks_while_the_bank_takes_long_is_told_to_ask_again) {
  bank_->hold();
  auto first =
      std::async(std::launch::async, [&] { return settlement_->charge(owner(1), draft()).status; });
  bank_->await_held(1);
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "pending");
  bank_->release();
  EXPECT_EQ(first.get(), "captured");
  EXPECT_EQ(bank_->charge_calls(), 1);
}

// --- what a crash leaves

TEST_F(SettlementTest, a_crash_before_the_bank_was_asked_is_gone_on_from) {
  EXPECT_TRUE(payments_->open(owner(1), draft(), turn()).first);
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "pending") << "it is another's turn";
  end_turns();
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "captured");
  EXPECT_EQ(bank_->balance(owner(1)), 1999);
}

TEST_F(SettlementTest, a_crash_after_the_bank_was_asked_is_gone_on_from_by_anyone) {
  for (int n = 1; n <= 3; ++n) {
    const auto opened = payments_->open(owner(n), draft(), turn());
    bank_->charge({opened.payment.id, "tok-1", opened.payment.amount, owner(n)});
  }
  end_turns();
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "captured");
  EXPECT_EQ(settlement_->take_back(owner(2)).status, "voided");
  reconcile();
  EXPECT_EQ(status(owner(3)), "captured");
  EXPECT_EQ(bank_->balance(owner(1)), 1999);
  EXPECT_EQ(bank_->balance(owner(2)), 0);
  EXPECT_EQ(bank_->balance(owner(3)), 1999);
  EXPECT_EQ(bank_->charge_calls(), 3);
  EXPECT_EQ(recorded(owner(2)), "requested captured refund-requested refunded voided");
}

TEST_F(SettlementTest, a_turn_that_is_over_cannot_begin_to_charge) {
  const auto mine = turn();
  const auto payment = payments_->open(owner(1), draft(), mine).payment;
  end_turns();
  EXPECT_TRUE(payments_->take_turn(owner(1), turn()));
  EXPECT_FALSE(payments_->begin_attempt(payment.id, mine));
}

TEST_F(SettlementTest, what_is_taken_back_cannot_begin_to_be_charged) {
  const auto mine = turn();
  const auto payment = payments_->open(owner(1), draft(), mine).payment;
  EXPECT_TRUE(payments_->begin_attempt(payment.id, mine));
  payments_->ask_void(owner(1), turn());
  EXPECT_FALSE(payments_->begin_attempt(payment.id, mine));
}

TEST_F(SettlementTest, a_capture_that_comes_late_for_a_payment_that_ended_goes_back) {
  const auto mine = turn();
  const auto payment = payments_->open(owner(1), draft(), mine).payment;
  end_turns();
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "voided");
  // The one whose turn was over long ago has an answer now.
  const auto charge = bank_->charge({payment.id, "tok-1", payment.amount, owner(1)});
  EXPECT_FALSE(payments_->end_captured(payment.id, *charge, mine));
  settlement_->reconcile();
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_EQ(recorded(owner(1)), "requested voided surplus-returned");
  EXPECT_EQ(events("payment.captured"), 0);
}

// --- booked twice

TEST_F(SettlementTest, what_the_bank_booked_twice_goes_back_once) {
  bank_->next_charge = {Fault::booked_twice};
  EXPECT_EQ(settlement_->charge(owner(1), draft()).status, "captured");
  EXPECT_EQ(bank_->balance(owner(1)), 2 * 1999);
  EXPECT_FALSE(settled(owner(1)));
  bank_->next_refund = {Fault::answer_lost};
  reconcile();
  EXPECT_FALSE(settled(owner(1)));
  reconcile();
  reconcile();
  EXPECT_EQ(bank_->balance(owner(1)), 1999);
  EXPECT_TRUE(settled(owner(1)));
  EXPECT_EQ(recorded(owner(1)), "requested captured surplus-returned");
  const auto payment = payments_->find_of_owner(owner(1));
  EXPECT_EQ(payment.status, "captured");
  EXPECT_EQ(payment.refunded.amount, 0) << "that was no refund of the customer's";
  EXPECT_EQ(events("payment.refunded"), 0);
  EXPECT_EQ(settlement_->refund(owner(1), refund_id(1), {1999, "EUR"}).status, "refunded");
  EXPECT_EQ(bank_->balance(owner(1)), 0);
}

TEST_F(SettlementTest, what_was_booked_twice_and_taken_back_goes_back_twice) {
  bank_->next_charge = {Fault::booked_twice};
  settlement_->charge(owner(1), draft());
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "voided");
  reconcile();
  EXPECT_EQ(bank_->balance(owner(1)), 0);
  EXPECT_TRUE(settled(owner(1)));
  EXPECT_EQ(payments_->find_of_owner(owner(1)).refunded.amount, 1999);
}

TEST_F(SettlementTest, a_bank_that_does_not_show_our_charge_leaves_it_unsettled) {
  settlement_->charge(owner(1), draft());
  as_owner("UPDATE payments SET bank_reference = 'ch-99'");
  reconcile();
  EXPECT_FALSE(settled(owner(1)));
  EXPECT_EQ(bank_->refund_calls(), 0) << "and gives nothing back on its word";
}

}  // namespace
}  // namespace payment
