#include "check_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "fake_peer.h"
#include "report_json.h"
#include "rows.h"

namespace audit {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// An audit service whose audit is running for two looks and then is as `end` says.
class CheckCommand : public testing::Test {
 protected:
  CheckCommand() {
    end_.id = id_of(1);
    end_.asked_at = long_ago;
    end_.state = AuditState::done;
    end_.report.emplace();
    end_.report->started_at = long_ago;
    for (const auto rule : rules) end_.report->rules.push_back({rule, 12, 0, {}});
  }

  int run(const std::vector<std::string>& arguments) {
    chassis::Client client{"audit", service_.url(), "the token of this installation"};
    out_.str("");
    progress_.str("");
    return check(client, arguments, patience_, out_, progress_);
  }

  AuditView end_;
  int status_ = 0;  // of every answer, when it is not 0
  int looks_ = 0;
  int mute_ = 0;  // how many requests get no answer at first
  std::chrono::milliseconds patience_{0};
  std::ostringstream out_;
  std::ostringstream progress_;
  FakePeer service_{[this](const std::string& target, const std::string&) {
    if (mute_ > 0) {
      --mute_;
      return FakePeer::Answer{0, ""};
    }
    if (status_ != 0) return FakePeer::Answer{status_, "{}"};
    AuditView running{id_of(1), AuditState::running, long_ago, 30'000, 7, 2, "", {}};
    if (target == "/internal/audits") return FakePeer::Answer{202, to_json(running)};
    return FakePeer::Answer{200, to_json(++looks_ < 2 ? running : end_)};
  }};
};

TEST_F(CheckCommand, books_in_order_are_said_to_be_and_exit_with_nought) {
  EXPECT_EQ(run({}), 0);
  EXPECT_THAT(out_.str(), AllOf(StartsWith("rule"), HasSubstr("The books are in order")));
  EXPECT_THAT(service_.requests()[0], AllOf(StartsWith("POST /internal/audits "), EndsWith("{}")));
  EXPECT_THAT(service_.requests()[1], StartsWith("GET /internal/audits/" + id_of(1) + " "));
}

TEST_F(CheckCommand, broken_books_exit_with_one) {
  end_.report->rules[0].violations = 1;
  end_.report->violations = {{Rule::money_order, id_of(3), "a sentence about it"}};
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("a sentence about it"));
}

TEST_F(CheckCommand, the_time_to_settle_is_passed_on) {
  EXPECT_EQ(run({"--settle", "90"}), 0);
  EXPECT_THAT(service_.requests()[0], EndsWith(R"({"settle_ms":90000})"));
}

TEST_F(CheckCommand, the_report_can_be_had_as_json) {
  EXPECT_EQ(run({"--json"}), 0);
  EXPECT_EQ(out_.str(), chassis::to_json(*end_.report) + "\n");
}

TEST_F(CheckCommand, an_audit_that_could_not_be_made_exits_with_two_and_says_why) {
  end_.state = AuditState::failed;
  end_.report.reset();
  end_.problem = "the book orders of order cannot be read: it does not answer";
  EXPECT_EQ(run({}), 2);
  EXPECT_THAT(progress_.str(), HasSubstr("the book orders of order cannot be read"));
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(CheckCommand, a_service_that_refuses_or_is_away_exits_with_two) {
  status_ = 404;
  EXPECT_EQ(run({}), 2);
  EXPECT_THAT(progress_.str(), HasSubstr("the audit service answered 404"));
  chassis::Client nobody{"audit", "http://127.0.0.1:1", "the token of this installation"};
  EXPECT_EQ(check(nobody, {}, patience_, out_, progress_), 2);
  EXPECT_THAT(progress_.str(), HasSubstr("the audit service does not answer"));
}

TEST_F(CheckCommand, a_service_that_does_not_answer_at_first_is_asked_again) {
  mute_ = 4;
  EXPECT_EQ(run({}), 2);
  mute_ = 4;
  patience_ = std::chrono::minutes{1};
  EXPECT_EQ(run({}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("The books are in order"));
}

TEST_F(CheckCommand, other_words_are_refused_with_the_right_ones) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--settle"},
                                                {"--settle", "soon"},
                                                {"--settle", "-1"},
                                                {"--settle", "601"},
                                                {"--settle", "1.5"},
                                                {"now"}}) {
    EXPECT_EQ(run(words), 2);
    EXPECT_THAT(progress_.str(), HasSubstr("--settle"));
  }
  EXPECT_THAT(service_.requests(), IsEmpty());
}

}  // namespace
}  // namespace audit
