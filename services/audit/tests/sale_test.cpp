#include "sale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "rows.h"

namespace audit {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Rule> rules_of(const std::vector<Violation>& broken) {
  std::vector<Rule> found;
  for (const auto& violation : broken) found.push_back(violation.rule);
  return found;
}

/// A sale that breaks one rule.
struct Broken {
  const char* what;
  Sale (*whole)();
  std::function<void(Sale&)> change;
  Rule rule;
  std::string says;
};
void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.what; }

std::string name_of(const testing::TestParamInfo<Broken>& broken) { return broken.param.what; }

class BrokenSale : public testing::TestWithParam<Broken> {};

TEST_P(BrokenSale, is_found_out_by_one_rule_which_names_it) {
  const auto& broken = GetParam();
  auto sale = broken.whole();
  ASSERT_THAT(broken_rules(sale, true), IsEmpty()) << "before it was broken";
  broken.change(sale);
  const auto found = broken_rules(sale, true);
  ASSERT_THAT(rules_of(found), ElementsAre(broken.rule));
  EXPECT_EQ(found[0].id, id_of(1));
  EXPECT_THAT(found[0].text, HasSubstr(id_of(1)));
  EXPECT_THAT(found[0].text, HasSubstr(broken.says));
}

const Broken money_order_broken[] = {
    {"confirmed_and_paid_too_little", confirmed_sale,
     [](Sale& sale) {
       sale.payment->captured = euro(499);
       sale.charges[0].captured = 499;
     },
     Rule::money_order, "payment holds 4.99 EUR (captured, captured 4.99 EUR, refunded 0.00 EUR)"},
    {"confirmed_and_paid_nothing", confirmed_sale,
     [](Sale& sale) {
       sale.payment.reset();
       sale.charges.clear();
     },
     Rule::money_order, "5.00 EUR should be held, but payment knows nothing of it"},
    {"confirmed_and_given_back", confirmed_sale,
     [](Sale& sale) {
       sale.payment->refunded = euro(500);
       sale.charges[0].refunded = 500;
     },
     Rule::money_order, "payment holds nothing"},
    {"confirmed_in_another_currency", confirmed_sale,
     [](Sale& sale) {
       sale.order->total = {500, "USD"};
     },
     Rule::money_order, "5.00 USD should be held, but payment holds 5.00 EUR"},
    {"cancelled_and_kept", cancelled_sale,
     [](Sale& sale) {
       sale.payment->refunded = euro(0);
       sale.charges[0].refunded = 0;
     },
     Rule::money_order, "is cancelled (total 5.00 EUR, refunded 5.00 EUR), so nothing should be"},
    {"cancelled_and_more_given_back_than_paid", cancelled_sale,
     [](Sale& sale) {
       sale.payment->refunded = euro(600);
       sale.charges[0].refunded = 600;
     },
     Rule::money_order, "payment holds minus 1.00 EUR"},
    {"declined_and_paid", declined_sale,
     [](Sale& sale) {
       sale.payment->captured = euro(500);
       sale.charges = {{"charge-1", 500, 0, "EUR"}};
     },
     Rule::money_order, "is declined, so nothing should be held"},
    {"failed_and_paid", declined_sale,
     [](Sale& sale) {
       sale.order->status = "failed";
       sale.payment->captured = euro(500);
       sale.charges = {{"charge-1", 500, 0, "EUR"}};
     },
     Rule::money_order, "is failed, so nothing should be held"},
};
INSTANTIATE_TEST_SUITE_P(money_order, BrokenSale, testing::ValuesIn(money_order_broken), name_of);

const Broken money_bank_broken[] = {
    {"the_bank_knows_no_charge", confirmed_sale, [](Sale& sale) { sale.charges.clear(); },
     Rule::money_bank, "the bank knows no charge for it"},
    {"the_bank_took_more", confirmed_sale, [](Sale& sale) { sale.charges[0].captured = 501; },
     Rule::money_bank, "the bank holds 5.01 EUR (charge charge-1)"},
    {"the_bank_gave_nothing_back", cancelled_sale, [](Sale& sale) { sale.charges[0].refunded = 0; },
     Rule::money_bank,
     "payment holds nothing (refunded, captured 5.00 EUR, refunded 5.00 EUR), but the bank holds "
     "5.00 EUR"},
    {"the_bank_took_what_was_declined", declined_sale,
     [](Sale& sale) {
       sale.charges = {{"charge-1", 500, 0, "EUR"}};
     },
     Rule::money_bank, "payment holds nothing (declined"},
    {"in_another_currency", confirmed_sale, [](Sale& sale) { sale.charges[0].currency = "USD"; },
     Rule::money_bank, "the bank holds 5.00 USD"},
    {"in_two_currencies_that_seem_to_add_up", confirmed_sale,
     [](Sale& sale) {
       sale.charges = {{"charge-1", 600, 100, "EUR"}, {"charge-2", 100, 100, "USD"}};
     },
     Rule::money_bank, "charge charge-1, charge-2"},
    {"of_a_booking", confirmed_sale,
     [](Sale& sale) {
       sale.order.reset();
       sale.reservation.reset();
       sale.payment->owner_type = "booking";
       sale.charges.clear();
     },
     Rule::money_bank, "for booking "},
};
INSTANTIATE_TEST_SUITE_P(money_bank, BrokenSale, testing::ValuesIn(money_bank_broken), name_of);

const Broken money_orphan_broken[] = {
    {"a_charge_of_nobody", cancelled_sale,
     [](Sale& sale) {
       sale.payment.reset();
       sale.order.reset();
       sale.reservation.reset();
       sale.charges[0].refunded = 100;
     },
     Rule::money_orphan, "the bank holds 4.00 EUR (charge charge-1) under the reference"},
    {"a_charge_that_payment_forgot", cancelled_sale,
     [](Sale& sale) {
       sale.payment.reset();
       sale.charges[0].refunded = 0;
     },
     Rule::money_orphan, "of which payment knows nothing"},
    {"a_payment_without_an_order", confirmed_sale,
     [](Sale& sale) {
       sale.order.reset();
       sale.reservation.reset();
     },
     Rule::money_orphan, "which does not exist"},
    {"a_payment_of_an_order_that_never_ends", confirmed_sale,
     [](Sale& sale) {
       sale.order->status = "pending";
       sale.reservation->state = "held";
     },
     Rule::money_orphan, "which is pending and does not move"},
    {"a_cancellation_that_never_ends", confirmed_sale,
     [](Sale& sale) { sale.order->status = "cancelling"; }, Rule::money_orphan,
     "which is cancelling and does not move"},
};
INSTANTIATE_TEST_SUITE_P(money_orphan, BrokenSale, testing::ValuesIn(money_orphan_broken), name_of);

const Broken money_twice_broken[] = {
    {"two_charges_that_add_up", confirmed_sale,
     [](Sale& sale) {
       sale.charges = {{"charge-1", 200, 0, "EUR"}, {"charge-2", 300, 0, "EUR"}};
     },
     Rule::money_twice, "2 charges under the reference"},
    {"two_charges_partly_given_back", confirmed_sale,
     [](Sale& sale) {
       sale.charges = {{"charge-1", 500, 100, "EUR"}, {"charge-2", 500, 400, "EUR"}};
     },
     Rule::money_twice, "charge-1 with 4.00 EUR and charge-2 with 1.00 EUR"},
};
INSTANTIATE_TEST_SUITE_P(money_twice, BrokenSale, testing::ValuesIn(money_twice_broken), name_of);

const Broken stock_order_broken[] = {
    {"sold_and_never_reserved", confirmed_sale, [](Sale& sale) { sale.reservation.reset(); },
     Rule::stock_order, "is confirmed, but its reservation does not exist"},
    {"sold_and_only_held", confirmed_sale, [](Sale& sale) { sale.reservation->state = "held"; },
     Rule::stock_order, "its reservation is held"},
    {"sold_and_expired", confirmed_sale, [](Sale& sale) { sale.reservation->state = "expired"; },
     Rule::stock_order, "its reservation is expired"},
    {"sold_and_returned", confirmed_sale, [](Sale& sale) { sale.reservation->returned = true; },
     Rule::stock_order, "its reservation was returned"},
    {"sold_with_other_pieces", confirmed_sale,
     [](Sale& sale) { sale.reservation->lines[1].quantity = 3; }, Rule::stock_order,
     "2 of product " + tea + " ordered, 3 reserved"},
    {"sold_with_a_line_less", confirmed_sale,
     [](Sale& sale) { sale.reservation->lines.pop_back(); }, Rule::stock_order,
     "2 of product " + tea + " ordered, 0 reserved"},
    {"cancelled_and_not_returned", cancelled_sale,
     [](Sale& sale) { sale.reservation->returned = false; }, Rule::stock_order,
     "is cancelled, but its reservation is committed and its pieces have not come back"},
    {"cancelled_and_never_sold", cancelled_sale,
     [](Sale& sale) { sale.reservation->state = "released"; }, Rule::stock_order,
     "is cancelled, but its reservation is released"},
    {"cancelled_with_other_pieces", cancelled_sale,
     [](Sale& sale) { sale.reservation->lines.clear(); }, Rule::stock_order, "has other lines"},
    {"declined_and_sold", declined_sale, [](Sale& sale) { sale.reservation->state = "committed"; },
     Rule::stock_order, "is declined, but its reservation is committed"},
    {"sold_to_an_order_that_does_not_exist", cancelled_sale, [](Sale& sale) { sale.order.reset(); },
     Rule::stock_order, "there is no such order"},
    {"sold_to_an_order_that_never_ends", declined_sale,
     [](Sale& sale) {
       sale.order->status = "pending";
       sale.reservation->state = "committed";
     },
     Rule::stock_order, "is pending, but its reservation is committed"},
};
INSTANTIATE_TEST_SUITE_P(stock_order, BrokenSale, testing::ValuesIn(stock_order_broken), name_of);

TEST(Sale, of_any_end_is_in_order_when_all_books_agree) {
  EXPECT_THAT(broken_rules(confirmed_sale(), true), IsEmpty());
  EXPECT_THAT(broken_rules(cancelled_sale(), true), IsEmpty());
  EXPECT_THAT(broken_rules(declined_sale(), true), IsEmpty());

  auto failed = confirmed_sale();  // the stock was gone when it came to it, and the money went back
  failed.order->status = "failed";
  failed.payment->refunded = euro(500);
  failed.charges[0].refunded = 500;
  failed.reservation->returned = true;
  EXPECT_THAT(broken_rules(failed, true), IsEmpty());

  auto pending = declined_sale();
  pending.order->status = "pending";
  pending.payment.reset();
  pending.reservation->state = "held";
  EXPECT_THAT(broken_rules(pending, true), IsEmpty());
}

TEST(Sale, cancelled_for_a_fee_leaves_the_fee) {
  auto sale = cancelled_sale();
  sale.order->refunded = euro(400);
  sale.payment->refunded = euro(400);
  sale.charges[0].refunded = 400;
  EXPECT_THAT(broken_rules(sale, true), IsEmpty());
}

TEST(Sale, charged_twice_and_given_back_once_is_in_order) {
  auto sale = confirmed_sale();
  sale.charges.push_back({"charge-2", 500, 500, "EUR"});
  EXPECT_THAT(broken_rules(sale, true), IsEmpty());
}

TEST(Sale, of_a_booking_needs_no_order) {
  auto sale = confirmed_sale();
  sale.order.reset();
  sale.reservation.reset();
  sale.payment->owner_type = "booking";
  EXPECT_THAT(broken_rules(sale, true), IsEmpty());
}

TEST(Sale, without_the_bank_is_judged_by_what_payment_says) {
  auto sale = confirmed_sale();
  sale.charges.clear();
  EXPECT_THAT(broken_rules(sale, false), IsEmpty());
  sale.order.reset();
  sale.reservation.reset();
  EXPECT_THAT(rules_of(broken_rules(sale, false)), ElementsAre(Rule::money_orphan));
}

TEST(Sale, is_under_way_while_order_or_payment_says_so_but_not_for_ever) {
  auto sale = confirmed_sale();
  EXPECT_FALSE(under_way(sale, long_ago + 1s));
  sale.payment->settled = false;
  EXPECT_TRUE(under_way(sale, long_ago + stuck_after - 1s));
  EXPECT_FALSE(under_way(sale, long_ago + stuck_after));
  sale.payment->settled = true;
  sale.order->settled = false;
  EXPECT_TRUE(under_way(sale, long_ago + 1s));
}

TEST(Sale, has_another_mark_after_any_change) {
  const auto mark = [](const std::function<void(Sale&)>& change) {
    auto sale = confirmed_sale();
    change(sale);
    return sight_of(sale, true, long_ago).mark;
  };
  const auto before = mark([](Sale&) {});
  EXPECT_EQ(before, mark([](Sale&) {}));
  const std::vector<std::function<void(Sale&)>> changes{
      [](Sale& sale) { sale.order.reset(); },
      [](Sale& sale) { sale.order->status = "cancelled"; },
      [](Sale& sale) { sale.order->refunded = euro(1); },
      [](Sale& sale) { sale.order->settled = false; },
      [](Sale& sale) { sale.order->updated_at += 1us; },
      [](Sale& sale) { sale.payment->captured = euro(1); },
      [](Sale& sale) { sale.payment->updated_at += 1us; },
      [](Sale& sale) { sale.reservation->returned = true; },
      [](Sale& sale) { sale.reservation->lines.pop_back(); },
      [](Sale& sale) { sale.charges[0].refunded = 1; },
      [](Sale& sale) { sale.charges.clear(); },
  };
  for (const auto& change : changes) EXPECT_NE(before, mark(change));
}

}  // namespace
}  // namespace audit
