#include "fault.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace bank {
namespace {

/// What goes wrong with the first calls under a plan, a word each.
std::string history(const FaultPlan& plan, std::uint64_t calls = 200) {
  std::string text;
  for (std::uint64_t n = 0; n < calls; ++n) {
    const auto mishap = mishap_of(plan, n);
    text += mishap.error ? (mishap.error_code == chassis::ErrorCode::internal ? "e" : "E") : "";
    text += mishap.drop ? "d" : "";
    text += mishap.duplicate ? "2" : "";
    text += mishap.garbage ? "g" : "";
    text += ' ';
  }
  return text;
}

const FaultPlan mixed{0, 0.2, 0.2, 0.2, 0.2, 7};

TEST(Fault, the_same_seed_has_the_same_history_and_another_one_has_not) {
  EXPECT_EQ(history(mixed), history(mixed));
  auto other = mixed;
  other.seed = 8;
  EXPECT_NE(history(mixed), history(other));
}

TEST(Fault, the_history_of_a_seed_stays_what_it_was) {
  EXPECT_EQ(history(mixed, 12), " 2 E     g 2g  d  ");
}

TEST(Fault, a_rate_says_how_often_and_0_and_1_are_never_and_always) {
  const auto count = [](const std::string& text, char letter) {
    return std::count(text.begin(), text.end(), letter);
  };
  const auto text = history({0, 0.1, 0.5, 0, 1, 42}, 10'000);
  EXPECT_NEAR(static_cast<double>(count(text, 'e') + count(text, 'E')), 1'000, 150);
  EXPECT_GT(count(text, 'e'), 300);
  EXPECT_GT(count(text, 'E'), 300);
  EXPECT_NEAR(static_cast<double>(count(text, 'd')), 5'000, 250);
  EXPECT_EQ(count(text, '2'), 0);
  EXPECT_EQ(count(text, 'g'), 10'000);
}

TEST(Fault, one_rate_does_not_move_the_others) {
  const auto errors = [](const FaultPlan& plan) {
    std::string text;
    for (std::uint64_t n = 0; n < 200; ++n) text += mishap_of(plan, n).error ? 'e' : ' ';
    return text;
  };
  EXPECT_EQ(errors(mixed), errors({0, 0.2, 0, 1, 0, 7}));
}

TEST(Fault, a_plan_out_of_range_names_each_field) {
  try {
    check({30'001, 1.01, -0.1, 2, -1, -1});
    FAIL() << "it was taken";
  } catch (const chassis::Error& error) {
    EXPECT_EQ(error.fields().size(), 6U);
  }
  EXPECT_NO_THROW(check({30'000, 1, 1, 1, 1, seed_max}));
  EXPECT_NO_THROW(check({}));
}

}  // namespace
}  // namespace bank
