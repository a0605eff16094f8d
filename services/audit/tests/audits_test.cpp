#include "audits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chassis/metrics.h"
#include "rows.h"

namespace audit {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Audits that wait until the test lets them end.
class AuditsTest : public testing::Test {
 protected:
  Report make(std::chrono::milliseconds settle, const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    const int number = ++begun_;
    changed_.notify_all();
    changed_.wait(lock, stop, [&] { return allowed_ >= number; });
    if (stop.stop_requested()) throw Stopped{};
    if (!problem_.empty()) throw chassis::Error{chassis::ErrorCode::unavailable, problem_};
    Report report;
    report.started_at = long_ago;
    report.settle_ms = settle.count();
    report.rules = {{Rule::money_bank, 7, violations_, {}}, {Rule::stock_order, 5, 0, {}}};
    report.books = {{"order", "orders", 7}};
    return report;
  }
  void allow(int count) {
    const std::lock_guard lock{mutex_};
    allowed_ += count;
    changed_.notify_all();
  }
  void await_begun(int count) {
    std::unique_lock lock{mutex_};
    ASSERT_TRUE(changed_.wait_for(lock, 20s, [&] { return begun_ >= count; }));
  }
  AuditView await_end(const std::string& id) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      const auto view = audits_.find(id);
      if (view && (view->state == AuditState::done || view->state == AuditState::failed)) {
        return *view;
      }
      std::this_thread::yield();
    }
    throw std::runtime_error{"the audit does not end"};
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  int begun_ = 0;
  int allowed_ = 0;
  std::int64_t violations_ = 0;
  std::string problem_;
  Audits audits_{
      [this](std::chrono::milliseconds settle, Progress& progress, const std::stop_token& stop) {
        progress.rows.store(3);
        return make(settle, stop);
      }};
};

TEST_F(AuditsTest, an_audit_is_made_in_the_background_and_kept) {
  const auto asked = audits_.ask(5s);
  EXPECT_FALSE(audits_.latest());
  await_begun(1);
  const auto running = audits_.find(asked.id);
  ASSERT_TRUE(running);
  EXPECT_EQ(running->state, AuditState::running);
  EXPECT_EQ(running->rows, 3);
  EXPECT_FALSE(running->report);
  allow(1);
  const auto done = await_end(asked.id);
  EXPECT_EQ(done.state, AuditState::done);
  EXPECT_EQ(done.report->settle_ms, 5000);
  EXPECT_EQ(audits_.latest()->id, asked.id);
}

TEST_F(AuditsTest, who_asks_gets_an_audit_that_begins_afterwards) {
  const auto first = audits_.ask(1s);
  await_begun(1);
  const auto second = audits_.ask(1s);
  const auto third = audits_.ask(9s);
  EXPECT_NE(second.id, first.id);
  EXPECT_EQ(third.id, second.id);
  EXPECT_EQ(second.state, AuditState::waiting);
  allow(2);
  EXPECT_EQ(await_end(first.id).report->settle_ms, 1000);
  EXPECT_EQ(await_end(second.id).report->settle_ms, 9000);
  EXPECT_EQ(begun_, 2);
}

TEST_F(AuditsTest, one_that_cannot_be_made_says_why_and_is_not_the_latest) {
  allow(2);
  const auto good = audits_.ask(1s);
  await_end(good.id);
  problem_ = "the book orders of order cannot be read: it does not answer";
  const auto bad = audits_.ask(1s);
  const auto failed = await_end(bad.id);
  EXPECT_EQ(failed.state, AuditState::failed);
  EXPECT_EQ(failed.problem, problem_);
  EXPECT_FALSE(failed.report);
  EXPECT_EQ(audits_.latest()->id, good.id);
}

TEST_F(AuditsTest, the_last_few_are_kept) {
  allow(100);
  const auto first = audits_.ask(0s);
  std::string last;
  for (int n = 0; n < 12; ++n) {
    last = audits_.ask(0s).id;
    await_end(last);
  }
  EXPECT_FALSE(audits_.find(first.id));
  EXPECT_EQ(audits_.latest()->id, last);
  EXPECT_FALSE(audits_.find(id_of(1)));
}

TEST_F(AuditsTest, the_metrics_say_what_the_last_one_found) {
  violations_ = 2;
  allow(2);
  await_end(audits_.ask(0s).id);
  EXPECT_THAT(chassis::metrics_text(), HasSubstr("\nbooks_violations{rule=\"money-bank\"} 2\n"));
  EXPECT_THAT(chassis::metrics_text(), HasSubstr("\nbooks_violations{rule=\"stock-order\"} 0\n"));
  EXPECT_THAT(chassis::metrics_text(), HasSubstr("\nbooks_rows{book=\"order orders\"} 7\n"));
  EXPECT_THAT(chassis::metrics_text(), HasSubstr("\nbooks_audit_seconds "));
  violations_ = 0;
  await_end(audits_.ask(0s).id);
  EXPECT_THAT(chassis::metrics_text(), HasSubstr("\nbooks_violations{rule=\"money-bank\"} 0\n"));
  EXPECT_THAT(chassis::metrics_text(), HasSubstr("\nbooks_audited_timestamp_seconds 17"));
}

TEST_F(AuditsTest, one_under_way_ends_with_the_service) {
  audits_.ask(1s);
  await_begun(1);  // nobody allows it to end
}

}  // namespace
}  // namespace audit
