#include "audit_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chassis/testing/routes.h"
#include "report_json.h"
#include "rows.h"

namespace audit {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class AuditRoutes : public testing::Test {
 protected:
  AuditRoutes() { peer_.as_peer(); }

  AuditView ended(const std::string& id) {
    while (true) {
      auto view = read_view(peer_.get("/internal/audits/" + id).body);
      if (view.state == AuditState::done) return view;
      std::this_thread::yield();
    }
  }

  const std::shared_ptr<Audits> audits_ = std::make_shared<Audits>(
      [](std::chrono::milliseconds settle, Progress&, const std::stop_token&) {
        Report report;
        report.started_at = long_ago;
        report.settle_ms = settle.count();
        report.rules = {{Rule::money_bank, 7, 1, {}}, {Rule::money_twice, 0, 0, "no bank"}};
        report.violations = {{Rule::money_bank, id_of(1), "a sentence"}};
        report.in_flight = {2, long_ago};
        report.books = {{"order", "orders", 7}};
        return report;
      });
  chassis::testing::RouteTester peer_{audit_routes(audits_, 30s)};
};

TEST_F(AuditRoutes, an_audit_is_accepted_and_its_report_fetched) {
  const auto answer = peer_.post("/internal/audits", R"({"settle_ms":2500})");
  EXPECT_EQ(answer.status, 202);
  const auto id = read_view(answer.body).id;
  EXPECT_EQ(answer.headers.get("Location"), "/internal/audits/" + id);
  const auto view = ended(id);
  ASSERT_TRUE(view.report);
  EXPECT_EQ(view.report->settle_ms, 2500);
  EXPECT_EQ(chassis::to_json(*view.report),
            R"({"started_at":"2026-11-21T08:00:00.000000Z","took_ms":0,"settle_ms":2500,"rules":[)"
            R"({"rule":"money-bank","rows":7,"violations":1,"skipped":null},)"
            R"({"rule":"money-twice","rows":0,"violations":0,"skipped":"no bank"}],)"
            R"("violations":[{"rule":"money-bank","id":")" +
                id_of(1) +
                R"(","text":"a sentence"}],)"
                R"("in_flight":{"count":2,"oldest":"2026-11-21T08:00:00.000000Z"},)"
                R"("books":[{"service":"order","book":"orders","rows":7}]})");
  EXPECT_EQ(read_view(peer_.get("/internal/audits/latest").body).id, id);
}

TEST_F(AuditRoutes, without_a_body_the_usual_time_to_settle_is_given) {
  EXPECT_EQ(ended(read_view(peer_.post("/internal/audits").body).id).report->settle_ms, 30'000);
  EXPECT_EQ(ended(read_view(peer_.post("/internal/audits", "{}").body).id).report->settle_ms,
            30'000);
}

TEST_F(AuditRoutes, what_is_not_there_is_missing) {
  EXPECT_EQ(peer_.get("/internal/audits/latest").status, 404);
  EXPECT_EQ(peer_.get("/internal/audits/" + id_of(1)).status, 404);
  EXPECT_EQ(peer_.get("/internal/audits/first").status, 404);
}

TEST_F(AuditRoutes, a_bad_time_is_refused) {
  EXPECT_EQ(peer_.post("/internal/audits", R"({"settle_ms":-1})").status, 400);
  EXPECT_EQ(peer_.post("/internal/audits", R"({"settle_ms":600001})").status, 400);
  EXPECT_THAT(peer_.post("/internal/audits", R"({"settle":1})").body, HasSubstr("/settle"));
}

TEST_F(AuditRoutes, only_peers_get_in) {
  EXPECT_EQ(peer_.as_admin().post("/internal/audits", "{}").status, 404);
  EXPECT_EQ(peer_.as_admin().get("/internal/audits/latest").status, 404);
  EXPECT_EQ(peer_.as_nobody().get("/internal/audits/" + id_of(1)).status, 404);
}

TEST_F(AuditRoutes, the_longest_report_fits_into_an_answer) {
  Report report;
  for (const auto rule : rules) {
    report.rules.push_back({rule, 1'000'000, 1'000'000, {}});
    for (std::int64_t n = 0; n < listed_max; ++n) {
      report.violations.push_back({rule, id_of(1), std::string(500, 'x')});
    }
  }
  EXPECT_LT(chassis::to_json(report).size(), chassis::answer_bytes_max - 1000);
}

}  // namespace
}  // namespace audit
