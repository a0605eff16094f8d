#include "charge_store.h"

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "bank_fixture.h"

namespace bank {
namespace {

using chassis::Error;
using chassis::Transaction;

class ChargeStore : public BankFixture {
 protected:
  Charge take(const std::string& token, std::int64_t amount, const std::string& reference = "o") {
    return database().write([&](Transaction& transaction) {
      return PostgresTeller{transaction, "EUR"}.charge({token, {amount, "EUR"}, reference}, 1);
    });
  }

  Refund give(const std::string& charge_id, std::int64_t amount) {
    return database().write([&](Transaction& transaction) {
      return PostgresTeller{transaction, "EUR"}.refund(charge_id, {amount, "EUR"});
    });
  }

  /// The type of the problem, or nothing.
  template <typename Work>
  static std::string problem(Work work) {
    try {
      work();
    } catch (const Error& error) {
      return error.type();
    }
    return "";
  }
};

TEST_F(ChargeStore, a_token_waits_its_time_for_a_first_charge_and_then_stays_good) {
  const auto late = token();
  const auto early = token();
  take(early, 100);
  run("UPDATE tokens SET expires_at = now()");
  EXPECT_EQ(problem([&] { take(late, 100); }), "invalid");
  EXPECT_EQ(take(early, 100).status, "captured");
  EXPECT_EQ(tokens_->purge(10), 1);
  EXPECT_EQ(number("SELECT count(*) FROM tokens"), 1);
}

TEST_F(ChargeStore, a_refused_charge_does_not_use_its_token_up) {
  const auto one = token();
  EXPECT_EQ(problem([&] { take(one, 0); }), "invalid");
  EXPECT_EQ(number("SELECT count(*) FROM tokens WHERE charged_at IS NULL"), 1);
}

TEST_F(ChargeStore, a_card_past_its_month_declines) {
  const auto one = token();
  run("UPDATE tokens SET good_until = (now() AT TIME ZONE 'UTC')::date");
  EXPECT_EQ(take(one, 100).status, "captured");
  run("UPDATE tokens SET good_until = good_until - 1");
  EXPECT_EQ(take(one, 100).decline_reason, "declined");
  EXPECT_EQ(violations(), 0);
}

TEST_F(ChargeStore, refunds_never_exceed_their_capture) {
  const auto charge = take(token(), 100);
  give(charge.id, 60);
  EXPECT_EQ(problem([&] { give(charge.id, 41); }), "refund-exceeds");
  give(charge.id, 40);
  EXPECT_EQ(problem([&] { give(charge.id, 1); }), "refund-exceeds");
  EXPECT_EQ(charges_->find("o", 10).at(0).refunded.amount, 100);
  const auto declined = take(token("4000000000000002"), 100);
  EXPECT_EQ(problem([&] { give(declined.id, 1); }), "refund-exceeds");
  EXPECT_EQ(violations(), 0);
}

TEST_F(ChargeStore, the_database_itself_refuses_to_refund_too_much) {
  const auto charge = take(token(), 100);
  EXPECT_EQ(problem([&] { run("UPDATE charges SET refunded = 101"); }), "conflict");
  take(token("4000000000000002"), 100, "declined");
  EXPECT_EQ(problem([&] { run("UPDATE charges SET refunded = 1 WHERE reference = 'declined'"); }),
            "conflict");
}

TEST_F(ChargeStore, the_ledger_can_only_be_added_to) {
  take(token(), 100);
  for (const auto* sql :
       {"UPDATE ledger SET amount = 1", "DELETE FROM ledger", "TRUNCATE ledger"}) {
    EXPECT_ANY_THROW(run(sql)) << sql;
  }
  EXPECT_EQ(number("SELECT sum(amount) FROM ledger"), 100);
}

TEST_F(ChargeStore, refunds_racing_from_many_threads_stop_at_the_capture) {
  const auto charge = take(token(), 100);
  std::atomic<int> given{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      if (problem([&] { give(charge.id, 30); }).empty()) ++given;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(given, 3);
  EXPECT_EQ(violations(), 0);
}

/// Whoever reads on from the last entry seen misses none, however many book at the same time, and
/// at any end the entries sum up to the balance.
TEST_F(ChargeStore, a_reader_of_the_ledger_misses_nothing_that_is_booked_meanwhile) {
  std::atomic<int> working{6};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      std::mt19937 dice{i};
      const auto one = token();
      for (int n = 0; n < 25; ++n) {
        const auto amount = static_cast<std::int64_t>(1 + dice() % 1'000);
        const auto charge = take(one, amount, "r" + std::to_string(i));
        if (dice() % 2 == 0) give(charge.id, 1 + static_cast<std::int64_t>(dice()) % amount);
      }
      --working;
    });
  }
  std::set<std::string> seen;
  std::int64_t position = 0;
  std::int64_t sum = 0;
  for (bool last = false; !last;) {
    last = working == 0;
    const auto page = ledger_->page(position, 7);
    for (const auto& entry : page.entries) {
      EXPECT_EQ(entry.position, ++position);
      seen.insert(entry.id);
      sum += entry.entry == "capture" ? entry.amount.amount : -entry.amount.amount;
    }
    if (page.entries.size() < 7) {
      EXPECT_EQ(sum, page.balance.amount);
    }
    last = last && page.entries.size() < 7;
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(static_cast<std::int64_t>(seen.size()),
            number("SELECT (SELECT count(*) FROM charges) + (SELECT count(*) FROM refunds)"));
  EXPECT_EQ(violations(), 0);
}

}  // namespace
}  // namespace bank
