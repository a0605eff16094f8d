#include "settlement.h"

#include <atomic>
#include <barrier>
#include <future>
#include <thread>

#include "payment_fixture.h"

namespace payment {
namespace {

using chassis::Money;
using testing::AnyOf;
using Fault = FakeBank::Fault;

class SettlementTest : public PaymentFixture {
 protected:
  void reconcile() {
    let_time_pass();
    settlement_->reconcile();
  }
  /// Asks in as many threads at once, by two replicas; returns the statuses.
  std::vector<std::string> at_once(int threads,
                                   const std::function<std::string(Settlement&)>& ask) {
    Settlement other{std::make_shared<Payments>(database_.database(), "EUR", test_timing), bank_,
                     std::chrono::seconds{1}};
    std::barrier start{threads};
    std::vector<std::future<std::string>> answers;
    for (int i = 0; i < threads; ++i) {
      answers.push_back(std::async(std::launch::async, [&, i] {
        start.arrive_and_wait();
        return ask(i % 2 == 0 ? *settlement_ : other);
      }));
    }
    std::vector<std::string> statuses;
    for (auto& answer : answers) statuses.push_back(answer.get());
    return statuses;
  }
};

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

// --- taking back

TEST_F(SettlementTest, what_is_taken_back_before_it_is_asked_for_is_never_charged) {
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

TEST_F(SettlementTest, what_was_captured_goes_back_wholly_and_once) {
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

TEST_F(SettlementTest, the_rest_goes_back_after_a_refund_of_a_part) {
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

TEST_F(SettlementTest, what_was_declined_stays_declined) {
  settlement_->charge(owner(1), draft(1999, "tok-declined"));
  EXPECT_EQ(settlement_->take_back(owner(1)).status, "declined");
}

TEST_F(SettlementTest, taking_back_asks_the_bank_first) {
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

TEST_F(SettlementTest, reconciliation_ends_what_nobody_asks_again_to_take_back) {
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

TEST_F(SettlementTest, a_charge_that_appears_after_the_payment_was_voided_goes_back) {
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

TEST_F(SettlementTest, what_is_taken_back_while_the_bank_charges_it_goes_back) {
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

TEST_F(SettlementTest, charging_and_taking_back_at_once_leaves_nothing_charged) {
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

// --- refunds

TEST_F(SettlementTest, a_refund_is_made_once) {
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

TEST_F(SettlementTest, a_refund_whose_answer_is_lost_is_asked_for_again_with_the_same_key) {
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

TEST_F(SettlementTest, no_more_goes_back_than_was_captured) {
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

TEST_F(SettlementTest, twenty_refunds_at_once_give_back_what_was_captured) {
  settlement_->charge(owner(1), draft(1000));
  std::atomic<int> next{0};
  const auto statuses = at_once(20, [&](Settlement& replica) -> std::string {
    const auto id = refund_id(next++);
    try {
      return replica.refund(owner(1), id, {100, "EUR"}).status;
    } catch (const chassis::Error& error) {
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

TEST_F(SettlementTest, the_database_itself_bounds_what_goes_back) {
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

TEST_F(SettlementTest, what_the_bank_gave_back_by_hand_cannot_go_back_again) {
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

TEST_F(SettlementTest, a_refund_the_bank_has_forgotten_the_key_of_is_not_made_twice) {
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
