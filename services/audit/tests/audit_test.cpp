#include "audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_books.h"

namespace audit {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A service's part in the events, in memory.
struct FakeEvents {
  std::string service;
  std::vector<std::string> types;
  FakeBook<OutboxEvent> outbox{};
  FakeBook<InboxEvent> inbox{};
  FakeBook<DeadLetter> dead_letters{};

  EventBooks books() {
    return {service, outbox.source(), inbox.source(), dead_letters.source(),
            [this] { return types; }};
  }
};

/// A shop of five sales, one product and two events, whose books are in order.
class AuditTest : public testing::Test {
 protected:
  AuditTest() {
    ledger_.sorted = false;
    for (const int n : {1, 2, 3, 5}) sell(n);
    sell(4);
    cancel(4);
    stock_.rows = {stock_of(900001), stock_of(900002)};
    order_events_.outbox.rows = {event_of(11, "order.confirmed"), event_of(12, "order.cancelled")};
    product_events_.inbox.rows = {{id_of(12)}};
  }

  void sell(int n) {
    orders_.rows.push_back(order_of(n, "confirmed"));
    payments_.rows.push_back(payment_of(n, 500));
    reservations_.rows.push_back(reservation_of(n, "committed"));
    ledger_.rows.push_back(capture_of(n, 500));
  }
  void cancel(int n) {
    auto& order = orders_.row(id_of(n));
    order.status = "cancelled";
    order.refunded = euro(500);
    order.updated_at += 1s;
    payments_.row(id_of(n)).refunded = euro(500);
    payments_.row(id_of(n)).updated_at += 1s;
    reservations_.row(id_of(n)).returned = true;
    reservations_.row(id_of(n)).updated_at += 1s;
    ledger_.rows.push_back(refund_of(n, 500));
  }

  Report run(std::chrono::milliseconds settle = 30s) {
    const auto now = [this] { return watch_.now(); };
    const std::vector<EventBooks> events{order_events_.books(), product_events_.books()};
    std::vector<std::unique_ptr<Check>> checks;
    checks.push_back(check_sales({orders_.source(), payments_.source(), reservations_.source(),
                                  with_bank_ ? ledger_.source() : nullptr},
                                 now));
    checks.push_back(check_stock(stock_.source()));
    checks.push_back(check_deliveries(events));
    checks.push_back(check_dead_letters(events));
    checks.push_back(check_sagas({{"order", sagas_.source()}}, now));
    return run_audit(checks, skipped_, settle, watch_, progress_);
  }

  static std::vector<Rule> rules_of(const Report& report) {
    std::vector<Rule> found;
    for (const auto& violation : report.violations) found.push_back(violation.rule);
    return found;
  }
  static const RuleResult& result(const Report& report, Rule rule) {
    return *std::find_if(report.rules.begin(), report.rules.end(),
                         [&](const RuleResult& one) { return one.rule == rule; });
  }

  FakeBook<Order> orders_;
  FakeBook<Payment> payments_;
  FakeBook<Reservation> reservations_;
  FakeBook<Entry> ledger_;
  FakeBook<Stock> stock_;
  FakeEvents order_events_{"order", {"product.changed"}};
  FakeEvents product_events_{"product", {"order.cancelled"}};
  FakeBook<Saga> sagas_;
  FakeWatch watch_;
  Progress progress_;
  Skipped skipped_;
  bool with_bank_ = true;
};

TEST_F(AuditTest, of_books_in_order_finds_nothing_and_does_not_wait) {
  const auto report = run();
  EXPECT_EQ(violations(report), 0);
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.in_flight.count, 0);
  EXPECT_THAT(watch_.pauses, IsEmpty());
}

TEST_F(AuditTest, tells_how_many_rows_each_rule_was_tried_on) {
  const auto report = run();
  EXPECT_THAT(report.rules, SizeIs(rules.size()));
  EXPECT_EQ(result(report, Rule::money_order).rows, 5);
  EXPECT_EQ(result(report, Rule::money_bank).rows, 5);
  EXPECT_EQ(result(report, Rule::money_orphan).rows, 5);
  EXPECT_EQ(result(report, Rule::money_twice).rows, 5);
  EXPECT_EQ(result(report, Rule::stock_order).rows, 5);
  EXPECT_EQ(result(report, Rule::stock_ledger).rows, 2);
  EXPECT_EQ(result(report, Rule::events_delivered).rows, 2);
  const auto book = [&](const std::string& service, const std::string& name) {
    for (const auto& size : report.books) {
      if (size.service == service && size.book == name) return size.rows;
    }
    return std::int64_t{-1};
  };
  EXPECT_EQ(book("order", "orders"), 5);
  EXPECT_EQ(book("bank", "ledger"), 6);
  EXPECT_EQ(book("order", "outbox"), 2);
  EXPECT_EQ(book("product", "inbox"), 1);
  EXPECT_EQ(book("product", "dead letters"), 0);
}

TEST_F(AuditTest, names_the_row_that_breaks_a_rule_after_the_time_to_settle) {
  payments_.row(id_of(3)).captured = euro(499);
  const auto report = run();
  EXPECT_THAT(rules_of(report), ElementsAre(Rule::money_order, Rule::money_bank));
  EXPECT_EQ(report.violations[0].id, id_of(3));
  EXPECT_EQ(result(report, Rule::money_order).violations, 1);
  EXPECT_EQ(report.took_ms, 30'000);
  EXPECT_EQ(report.in_flight.count, 0);
}

TEST_F(AuditTest, looks_again_at_nothing_but_what_is_under_suspicion) {
  for (int n = 20; n < 60; ++n) sell(n);
  run();
  const auto once = orders_.cursors.size();
  payments_.row(id_of(30)).captured = euro(499);
  orders_.cursors.clear();
  ledger_.cursors.clear();
  run();
  EXPECT_EQ(orders_.cursors.size(), once + watch_.pauses.size());
  EXPECT_THAT(std::vector(orders_.cursors.begin() + static_cast<std::ptrdiff_t>(once),
                          orders_.cursors.end()),
              Each(orders_.cursors[once]));
}

TEST_F(AuditTest, of_an_order_that_is_under_way_waits_until_it_has_settled) {
  sell(6);
  auto& order = orders_.row(id_of(6));
  order.status = "pending";
  order.settled = false;
  order.updated_at = watch_.now();
  watch_.during = [&] {
    if (watch_.pauses.size() < 3) return;
    orders_.row(id_of(6)).status = "confirmed";
    orders_.row(id_of(6)).settled = true;
  };
  const auto report = run();
  EXPECT_EQ(violations(report), 0);
  EXPECT_EQ(report.in_flight.count, 0);
  EXPECT_THAT(watch_.pauses, ElementsAre(100ms, 200ms, 400ms));
}

TEST_F(AuditTest, counts_what_does_not_settle_in_time_as_in_flight) {
  payments_.row(id_of(2)).captured = euro(1);
  payments_.row(id_of(2)).settled = false;
  payments_.row(id_of(2)).updated_at = watch_.now() - 10s;
  orders_.row(id_of(5)).settled = false;
  orders_.row(id_of(5)).updated_at = watch_.now() - 20s;
  const auto oldest = watch_.now() - 20s;
  const auto report = run();
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.in_flight.count, 2);
  EXPECT_EQ(report.in_flight.oldest, oldest);
}

TEST_F(AuditTest, judges_what_has_not_settled_for_a_quarter_of_an_hour) {
  payments_.row(id_of(2)).captured = euro(1);
  payments_.row(id_of(2)).settled = false;
  payments_.row(id_of(2)).updated_at = watch_.now() - stuck_after;
  EXPECT_THAT(rules_of(run()), ElementsAre(Rule::money_order, Rule::money_bank));
}

TEST_F(AuditTest, forgives_what_was_read_at_different_moments) {
  // Cancelled after its order was read and before its payment was: no moment looked like that.
  bool done = false;
  payments_.before_page = [&] {
    if (std::exchange(done, true)) return;
    cancel(2);
  };
  const auto report = run();
  EXPECT_EQ(violations(report), 0);
  EXPECT_EQ(report.in_flight.count, 0);
  EXPECT_THAT(watch_.pauses, SizeIs(1));
}

TEST_F(AuditTest, does_not_judge_what_changes_at_every_look) {
  // Each look finds the order read before, and the payment after, some change.
  auto& payment = payments_.row(id_of(2));
  payments_.before_page = [&] {
    payment.captured = euro(payment.captured.amount + 1);
    payment.updated_at += 1ms;
  };
  const auto report = run(2s);
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.in_flight.count, 1);
}

TEST_F(AuditTest, looks_again_at_what_changed_lately_even_when_it_seems_right) {
  orders_.row(id_of(2)).updated_at = watch_.now();
  watch_.during = [&] { payments_.row(id_of(2)).captured = euro(499); };
  EXPECT_THAT(rules_of(run()), ElementsAre(Rule::money_order, Rule::money_bank));
}

TEST_F(AuditTest, of_a_capture_that_comes_to_the_ledger_last_is_patient) {
  sell(6);
  const auto capture = ledger_.rows.back();
  ledger_.rows.pop_back();
  watch_.during = [&] {
    if (watch_.pauses.size() == 2) ledger_.rows.push_back(capture);
  };
  EXPECT_EQ(violations(run()), 0);
}

TEST_F(AuditTest, without_time_to_settle_still_takes_two_looks) {
  payments_.row(id_of(3)).captured = euro(499);
  watch_.during = [&] { payments_.row(id_of(3)).captured = euro(500); };
  EXPECT_EQ(violations(run(0s)), 0);
  EXPECT_THAT(watch_.pauses, ElementsAre(0ms));
}

TEST_F(AuditTest, finds_a_sale_that_only_one_book_knows) {
  payments_.rows.push_back(payment_of(61, 500));
  ledger_.rows.push_back(capture_of(61, 500));
  ledger_.rows.push_back(capture_of(62, 500));
  reservations_.rows.push_back(reservation_of(63, "committed"));
  orders_.rows.push_back(order_of(64, "cancelled"));
  orders_.rows.back().refunded = euro(500);
  auto odd = capture_of(65, 500);
  odd.reference = "a till";
  ledger_.rows.push_back(odd);
  const auto report = run();
  std::map<std::string, Rule> found;
  for (const auto& violation : report.violations) found[violation.id] = violation.rule;
  EXPECT_EQ(found, (std::map<std::string, Rule>{{id_of(61), Rule::money_orphan},
                                                {id_of(62), Rule::money_orphan},
                                                {id_of(63), Rule::stock_order},
                                                {id_of(64), Rule::stock_order},
                                                {"a till", Rule::money_orphan}}));
}

TEST_F(AuditTest, of_stock_needs_no_second_look_to_agree_with_the_first) {
  stock_.row(tea).on_hand = 11;
  watch_.during = [&] {  // it goes on being sold, and is wrong all the time
    stock_.row(tea).sold += 1;
    stock_.row(tea).on_hand -= 1;
  };
  const auto report = run();
  EXPECT_THAT(rules_of(report), ElementsAre(Rule::stock_ledger));
  EXPECT_EQ(report.violations[0].id, tea);
}

TEST_F(AuditTest, waits_for_an_event_that_is_on_its_way) {
  order_events_.outbox.rows.push_back(event_of(13, "order.cancelled"));
  order_events_.outbox.rows.back().sent = false;
  watch_.during = [&] {
    if (watch_.pauses.size() == 1) order_events_.outbox.row(id_of(13)).sent = true;
    if (watch_.pauses.size() == 2) product_events_.inbox.rows.push_back({id_of(13)});
  };
  EXPECT_EQ(violations(run()), 0);
  EXPECT_THAT(watch_.pauses, SizeIs(2));
}

TEST_F(AuditTest, misses_an_event_in_the_inbox_of_a_consumer) {
  product_events_.inbox.rows.clear();
  const auto report = run();
  EXPECT_THAT(rules_of(report), ElementsAre(Rule::events_delivered));
  EXPECT_EQ(report.violations[0].id, id_of(12));
  EXPECT_THAT(report.violations[0].text, HasSubstr("not applied by product"));
}

TEST_F(AuditTest, misses_an_event_that_was_never_sent_even_when_nobody_consumes_it) {
  order_events_.outbox.row(id_of(11)).sent = false;
  const auto report = run();
  EXPECT_THAT(rules_of(report), ElementsAre(Rule::events_delivered));
  EXPECT_EQ(report.violations[0].id, id_of(11));
}

TEST_F(AuditTest, reads_the_outboxes_of_all_publishers_side_by_side) {
  for (int n = 20; n < 40; ++n) {
    const bool even = n % 2 == 0;
    (even ? order_events_ : product_events_)
        .outbox.rows.push_back(event_of(n, even ? "order.cancelled" : "product.changed"));
    (even ? product_events_ : order_events_).inbox.rows.push_back({id_of(n)});
  }
  EXPECT_EQ(violations(run()), 0);
  order_events_.inbox.rows.erase(order_events_.inbox.rows.begin() + 3);
  product_events_.inbox.rows.erase(product_events_.inbox.rows.begin() + 5);
  EXPECT_EQ(violations(run()), 2);
}

TEST_F(AuditTest, tells_of_a_dead_letter_and_not_of_its_event_as_well) {
  product_events_.inbox.rows.clear();
  product_events_.dead_letters.rows = {
      {id_of(70), id_of(12), "order.cancelled", 5, "no such product", long_ago, {}},
      {id_of(71), id_of(11), "order.confirmed", 5, "mended since", long_ago, long_ago + 1s}};
  const auto report = run();
  EXPECT_THAT(rules_of(report), ElementsAre(Rule::events_dead));
  EXPECT_EQ(report.violations[0].id, id_of(70));
  EXPECT_EQ(result(report, Rule::events_dead).rows, 2);
}

TEST_F(AuditTest, forgets_a_dead_letter_that_is_replayed_meanwhile) {
  product_events_.inbox.rows.clear();
  product_events_.dead_letters.rows = {
      {id_of(70), id_of(12), "order.cancelled", 5, "no such product", long_ago, {}}};
  watch_.during = [&] {
    product_events_.dead_letters.row(id_of(70)).replayed_at = watch_.now();
    product_events_.inbox.rows = {{id_of(12)}};
  };
  EXPECT_EQ(violations(run()), 0);
}

TEST_F(AuditTest, misses_an_event_that_dies_meanwhile) {
  product_events_.inbox.rows.clear();
  watch_.during = [&] {
    product_events_.dead_letters.rows = {
        {id_of(70), id_of(12), "order.cancelled", 5, "no such product", long_ago, {}}};
  };
  EXPECT_THAT(rules_of(run()), ElementsAre(Rule::events_delivered));
}

TEST_F(AuditTest, tells_of_a_saga_that_is_stuck) {
  sagas_.rows = {{"checkout", id_of(1), "running", "charge", 3, long_ago - 20min},
                 {"checkout", id_of(2), "running", "charge", 0, watch_.now() - 1s}};
  const auto report = run();
  EXPECT_THAT(rules_of(report), ElementsAre(Rule::sagas_stuck));
  EXPECT_EQ(report.violations[0].id, id_of(1));
}

TEST_F(AuditTest, without_the_bank_says_that_its_rules_were_left_out) {
  with_bank_ = false;
  skipped_ = {{Rule::money_bank, "no bank"}};
  payments_.row(id_of(4)).refunded = euro(499);
  const auto report = run();
  EXPECT_THAT(rules_of(report), ElementsAre(Rule::money_order));
  EXPECT_EQ(result(report, Rule::money_bank).skipped, "no bank");
  EXPECT_FALSE(result(report, Rule::money_order).skipped);
}

TEST_F(AuditTest, ends_when_a_book_cannot_be_read) {
  orders_.away = "it does not answer";
  EXPECT_THROW(run(), chassis::Error);
}

TEST_F(AuditTest, ends_when_a_book_cannot_be_read_again) {
  payments_.row(id_of(3)).captured = euro(499);
  watch_.during = [&] { orders_.away = "it does not answer"; };
  EXPECT_THROW(run(), chassis::Error);
}

TEST_F(AuditTest, counts_all_violations_and_lists_the_first) {
  for (int n = 100; n < 150; ++n) {
    sell(n);
    payments_.rows.back().captured = euro(400);
    ledger_.rows.back().amount = euro(400);
  }
  const auto report = run();
  EXPECT_EQ(violations(report), 50);
  EXPECT_EQ(result(report, Rule::money_order).violations, 50);
  EXPECT_THAT(report.violations, SizeIs(listed_max));
}

TEST_F(AuditTest, tells_how_far_it_is) {
  payments_.row(id_of(3)).captured = euro(499);
  watch_.during = [&] {
    EXPECT_EQ(progress_.rows.load(), 9);  // five sales, two products, two events
    EXPECT_EQ(progress_.suspects.load(), 1);
  };
  run();
  EXPECT_THAT(watch_.pauses, AllOf(SizeIs(Ge(5U)), Each(testing::Le(2s))));
}

}  // namespace
}  // namespace audit
