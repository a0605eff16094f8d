#include "report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rows.h"

namespace audit {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Report clean_report() {
  Report report;
  report.took_ms = 1234;
  for (const auto rule : rules) report.rules.push_back({rule, 12, 0, {}});
  return report;
}

TEST(Report, that_is_clean_is_a_table_and_a_sentence) {
  const auto text = to_text(clean_report());
  EXPECT_THAT(text, HasSubstr("money-order               12           0\n"));
  EXPECT_THAT(text, HasSubstr("sagas-stuck"));
  EXPECT_THAT(text, EndsWith("\nThe books are in order, after 1.2 s.\n"));
  EXPECT_THAT(text, Not(HasSubstr("In flight")));
}

TEST(Report, of_violations_says_which_row_where_to_look_and_how_many_more) {
  auto report = clean_report();
  report.rules[1].violations = 25;
  report.rules[5].violations = 1;
  report.violations = {{Rule::stock_order, id_of(2), "the second sentence"},
                       {Rule::money_bank, id_of(1), "the first sentence"}};
  const auto text = to_text(report);
  EXPECT_THAT(text, HasSubstr("money-bank                12          25\n"));
  EXPECT_THAT(text, HasSubstr("money-bank (look at payment's row of this id and the bank's ledger "
                              "by this reference; docs/books.md#money-bank)\n"
                              "  - the first sentence\n"
                              "  and 24 more\n"));
  EXPECT_THAT(text, HasSubstr("  - the second sentence\n\n"));
  EXPECT_THAT(text, EndsWith("The books are broken: 26 violations, after 1.2 s.\n"));
  EXPECT_EQ(violations(report), 26);
}

TEST(Report, says_what_was_left_out_and_what_is_in_flight) {
  auto report = clean_report();
  report.rules[1].skipped = "BANK_URL is not set";
  report.in_flight = {3, long_ago};
  const auto text = to_text(report);
  EXPECT_THAT(text, HasSubstr("money-bank          left out: BANK_URL is not set\n"));
  EXPECT_THAT(text, HasSubstr("In flight, so not judged: 3, the oldest unchanged since "
                              "2026-11-21T08:00:00.000000Z\n"));
}

}  // namespace
}  // namespace audit
