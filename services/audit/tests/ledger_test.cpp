#include "ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_books.h"

namespace audit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() { shelf_.sorted = false; }

  std::vector<std::string> references() const {
    std::vector<std::string> found;
    for (auto next = ledger_.reference_after(""); !next.empty();
         next = ledger_.reference_after(next)) {
      found.push_back(next);
    }
    return found;
  }

  FakeBook<Entry> shelf_;
  Ledger ledger_{{"bank", "ledger"}, shelf_.source()};
};

TEST_F(LedgerTest, sums_up_each_charge_of_a_reference) {
  shelf_.rows = {capture_of(2, 500), capture_of(1, 300), refund_of(2, 200), capture_of(2, 400, 1),
                 refund_of(2, 100)};
  ledger_.read_on();
  EXPECT_EQ(ledger_.row_count(), 5);
  EXPECT_THAT(references(), ElementsAre(id_of(1), id_of(2)));
  const auto charges = ledger_.charges(id_of(2));
  ASSERT_THAT(charges, SizeIs(2));
  EXPECT_EQ(charges[0].id, capture_of(2, 0).charge_id);
  EXPECT_EQ(charges[0].captured, 500);
  EXPECT_EQ(charges[0].refunded, 300);
  EXPECT_EQ(charges[0].currency, "EUR");
  EXPECT_EQ(charges[1].net(), 400);
  EXPECT_THAT(ledger_.charges(id_of(3)), IsEmpty());
}

TEST_F(LedgerTest, is_read_on_from_its_last_page) {
  shelf_.rows = {capture_of(1, 1), capture_of(2, 2), capture_of(3, 3)};
  ledger_.read_on();
  shelf_.cursors.clear();
  ledger_.read_on();
  EXPECT_EQ(ledger_.row_count(), 3);
  EXPECT_THAT(shelf_.cursors, SizeIs(1));

  shelf_.cursors.clear();
  for (int n = 4; n <= 8; ++n) shelf_.rows.push_back(capture_of(n, n));
  shelf_.rows.push_back(refund_of(1, 1));
  ledger_.read_on();
  EXPECT_THAT(shelf_.cursors, SizeIs(4));
  EXPECT_EQ(ledger_.row_count(), 9);
  EXPECT_THAT(references(), SizeIs(8));
  EXPECT_EQ(ledger_.charges(id_of(1))[0].net(), 0);
  EXPECT_EQ(ledger_.charges(id_of(3))[0].net(), 3);
  EXPECT_EQ(ledger_.charges(id_of(8))[0].net(), 8);
}

TEST_F(LedgerTest, may_begin_empty) {
  ledger_.read_on();
  EXPECT_THAT(references(), IsEmpty());
  shelf_.rows = {capture_of(1, 1)};
  ledger_.read_on();
  ledger_.read_on();
  EXPECT_EQ(ledger_.row_count(), 1);
}

TEST_F(LedgerTest, takes_any_text_for_an_id) {
  auto strange = capture_of(1, 100);
  strange.reference = "test of the card terminal";
  strange.charge_id = "ch_77";
  auto last = capture_of(1, 100);
  last.reference = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  shelf_.rows = {strange, capture_of(2, 200), capture_of(1, 300), last};
  ledger_.read_on();
  EXPECT_THAT(references(),
              ElementsAre(id_of(1), id_of(2), "test of the card terminal", last.reference));
  EXPECT_EQ(ledger_.charges("test of the card terminal")[0].id, "ch_77");
  EXPECT_THAT(ledger_.charges("another text"), IsEmpty());
}

TEST_F(LedgerTest, that_was_rewritten_is_refused) {
  shelf_.rows = {capture_of(1, 1), capture_of(2, 2), capture_of(3, 3)};
  ledger_.read_on();
  shelf_.rows[2] = capture_of(4, 4);
  EXPECT_THROW(ledger_.read_on(), chassis::Error);
  shelf_.rows.pop_back();
  EXPECT_THROW(ledger_.read_on(), chassis::Error);
}

}  // namespace
}  // namespace audit
