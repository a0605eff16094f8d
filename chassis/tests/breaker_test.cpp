#include "breaker.h"

#include <gtest/gtest.h>

#include <vector>

#include "retry_budget.h"

namespace chassis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Result = Breaker::Result;
using State = Breaker::State;

class BreakerTest : public ::testing::Test {
 protected:
  /// One call from start to end; whether it was let through.
  bool call(Result result) {
    const auto pass = breaker_.enter(now_);
    if (!pass) return false;
    now_ += milliseconds{1};
    breaker_.leave(*pass, result, now_);
    return true;
  }
  void calls(int count, Result result) {
    for (int i = 0; i < count; ++i) call(result);
  }
  void open() {
    calls(Breaker::run_max, Result::failure);
    ASSERT_EQ(breaker_.state(), State::open);
  }

  Breaker breaker_;
  Breaker::Time now_{seconds{1'000'000}};
};

TEST_F(BreakerTest, opens_after_a_run_of_failures_and_not_one_earlier) {
  calls(Breaker::run_max - 1, Result::failure);
  EXPECT_EQ(breaker_.state(), State::closed);
  call(Result::failure);
  EXPECT_EQ(breaker_.state(), State::open);
  EXPECT_FALSE(call(Result::success));
}

TEST_F(BreakerTest, a_success_ends_a_run) {
  for (int i = 0; i < 4; ++i) {
    calls(Breaker::run_max - 1, Result::success);
    calls(Breaker::run_max - 1, Result::failure);
  }
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(BreakerTest, an_unknown_result_neither_ends_nor_lengthens_a_run) {
  calls(Breaker::run_max - 1, Result::failure);
  calls(100, Result::unknown);
  EXPECT_EQ(breaker_.state(), State::closed);
  call(Result::failure);
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(BreakerTest, calls_that_fail_together_are_one_failure_of_the_run) {
  calls(40, Result::success);
  std::vector<Breaker::Pass> passes;
  passes.reserve(2 * Breaker::run_max);
  for (int i = 0; i < 2 * Breaker::run_max; ++i) passes.push_back(breaker_.enter(now_).value());
  for (const auto pass : passes) {
    now_ += milliseconds{1};
    breaker_.leave(pass, Result::failure, now_);
  }
  EXPECT_EQ(breaker_.state(), State::closed);
  calls(Breaker::run_max - 1, Result::failure);
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(BreakerTest, opens_when_most_calls_of_late_failed) {
  for (int i = 0; i < 9; ++i) {
    call(Result::success);
    call(Result::failure);
  }
  call(Result::failure);
  EXPECT_EQ(breaker_.state(), State::closed) << "19 calls are too few to tell";
  call(Result::failure);
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(BreakerTest, half_of_the_calls_failing_is_not_most) {
  for (int i = 0; i < 200; ++i) {
    call(Result::success);
    call(Result::failure);
  }
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(BreakerTest, failures_are_forgotten_after_the_window) {
  for (int i = 0; i < 9; ++i) {
    call(Result::success);
    call(Result::failure);
  }
  now_ += Breaker::window + seconds{1};
  call(Result::success);
  calls(3, Result::failure);
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(BreakerTest, after_the_pause_one_call_at_a_time_may_try) {
  open();
  now_ += Breaker::pause - milliseconds{1};
  EXPECT_FALSE(breaker_.enter(now_));
  now_ += milliseconds{1};
  const auto probe = breaker_.enter(now_);
  ASSERT_TRUE(probe);
  EXPECT_EQ(breaker_.state(), State::half_open);
  EXPECT_FALSE(breaker_.enter(now_));
  breaker_.leave(*probe, Result::success, now_);
  EXPECT_EQ(breaker_.state(), State::closed);
  EXPECT_TRUE(breaker_.enter(now_));
  EXPECT_TRUE(breaker_.enter(now_));
}

TEST_F(BreakerTest, a_failed_probe_starts_the_pause_again) {
  open();
  now_ += Breaker::pause;
  EXPECT_TRUE(call(Result::failure));
  EXPECT_EQ(breaker_.state(), State::open);
  now_ += Breaker::pause - milliseconds{1};
  EXPECT_FALSE(breaker_.enter(now_));
  now_ += milliseconds{1};
  EXPECT_TRUE(breaker_.enter(now_));
}

TEST_F(BreakerTest, a_probe_that_tells_nothing_makes_way_for_the_next) {
  open();
  now_ += Breaker::pause;
  EXPECT_TRUE(call(Result::unknown));
  EXPECT_EQ(breaker_.state(), State::half_open);
  EXPECT_TRUE(call(Result::success));
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(BreakerTest, results_of_calls_from_before_the_change_count_for_nothing) {
  const auto early = breaker_.enter(now_).value();
  const auto early_too = breaker_.enter(now_).value();
  open();
  breaker_.leave(early, Result::success, now_);
  EXPECT_EQ(breaker_.state(), State::open);
  now_ += Breaker::pause;
  const auto probe = breaker_.enter(now_).value();
  breaker_.leave(early_too, Result::failure, now_);
  EXPECT_EQ(breaker_.state(), State::half_open);
  EXPECT_FALSE(breaker_.enter(now_)) << "the probe is still under way";
  breaker_.leave(probe, Result::success, now_);
  EXPECT_EQ(breaker_.state(), State::closed);
}

int retries_granted(RetryBudget& budget, RetryBudget::Time now, int asked) {
  int granted = 0;
  for (int i = 0; i < asked; ++i) granted += budget.spend(now) ? 1 : 0;
  return granted;
}

TEST(RetryBudget, a_client_at_rest_may_retry_a_few_times) {
  RetryBudget budget{RetryBudget::Time{}};
  EXPECT_EQ(retries_granted(budget, {}, 100), 10);
}

TEST(RetryBudget, ten_calls_earn_one_retry) {
  RetryBudget budget{RetryBudget::Time{}};
  retries_granted(budget, {}, 100);
  for (int i = 0; i < 55; ++i) budget.call_made();
  EXPECT_EQ(retries_granted(budget, {}, 100), 5);
}

TEST(RetryBudget, time_earns_retries_but_only_so_many) {
  RetryBudget budget{RetryBudget::Time{}};
  retries_granted(budget, {}, 100);
  EXPECT_EQ(retries_granted(budget, RetryBudget::Time{seconds{4}}, 100), 2);
  EXPECT_EQ(retries_granted(budget, RetryBudget::Time{seconds{4'000}}, 100), 10);
}

}  // namespace
}  // namespace chassis
