#include "book_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "fake_peer.h"
#include "rows.h"
#include "watch.h"

namespace audit {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr auto token = "the token of this installation";
const std::string time_json = R"("2026-11-21T08:00:00.000000Z")";

std::string money(int cents) {
  return R"({"amount":)" + std::to_string(cents) + R"(,"currency":"EUR"})";
}

/// A service whose lists are JSON texts in memory, by the path and the book; two items a page.
class Service {
 public:
  std::map<std::string, std::vector<std::string>> lists;
  std::string consumes = "[]";
  std::function<void(FakePeer::Answer&)> spoil{};  // changes an answer before it is sent

  std::unique_ptr<FakePeer> peer =
      std::make_unique<FakePeer>([this](const std::string& target, const std::string& /*request*/) {
        auto answer = serve(target);
        if (spoil) spoil(answer);
        return answer;
      });

  std::shared_ptr<chassis::Client> client(const std::string& name) const {
    return std::make_shared<chassis::Client>(name, peer->url(), token);
  }

 private:
  FakePeer::Answer serve(const std::string& target) const {
    const auto list = lists.find(
        target.substr(0, target.find(target.find("book=") == std::string::npos ? '?' : '&')));
    if (list == lists.end()) return {404, "{}"};
    std::size_t from = 0;
    if (const auto at = target.find("&cursor="); at != std::string::npos) {
      from = std::stoul(target.substr(at + 8));
    }
    const auto to = std::min(from + 2, list->second.size());
    std::string items;
    for (auto at = from; at < to; ++at) items += (items.empty() ? "" : ",") + list->second[at];
    const auto next = to < list->second.size() ? "\"" + std::to_string(to) + "\"" : "null";
    return {200, R"({"items":[)" + items + R"(],"next_cursor":)" + next + R"(,"consumes":)" +
                     consumes + R"(,"added_later":1})"};
  }
};

class BookRoutes : public testing::Test {
 protected:
  BookRoutes() {
    for (auto* service : {&user_, &product_, &order_, &payment_}) {
      service->lists = {
          {"/internal/outbox", {}}, {"/internal/inbox", {}}, {"/internal/dead-letters", {}}};
    }
    order_.lists["/internal/sagas"] = {};
    auto& orders = order_.lists["/internal/books?book=orders"];
    auto& payments = payment_.lists["/internal/books?book=payments"];
    auto& reservations = product_.lists["/internal/books?book=reservations"];
    const auto line = R"([{"product_id":")" + tea + R"(","quantity":2}])";
    for (int n = 1; n <= 5; ++n) {
      const auto order_id = R"({"order_id":")" + id_of(n) + R"(",)";
      orders.push_back(order_id + R"("status":"confirmed","total":)" + money(500) +
                       R"(,"refunded":)" + money(0) + R"(,"lines":)" + line +
                       R"(,"settled":true,"updated_at":)" + time_json + "}");
      payments.push_back(R"({"owner_id":")" + id_of(n) +
                         R"(","owner_type":"order","status":"captured","captured":)" + money(500) +
                         R"(,"refunded":)" + money(0) + R"(,"settled":true,"updated_at":)" +
                         time_json + "}");
      reservations.push_back(order_id + R"("state":"committed","returned":false,"lines":)" + line +
                             R"(,"updated_at":)" + time_json + "}");
      bank_.lists["/v1/ledger"].push_back(R"({"id":")" + id_of(100 + n) +
                                          R"(","entry":"capture","charge_id":")" + id_of(100 + n) +
                                          R"(","reference":")" + id_of(n) + R"(","amount":)" +
                                          money(500) + R"(,"created_at":)" + time_json + "}");
    }
    product_.lists["/internal/books?book=stock"] = {
        R"({"product_id":")" + tea +
        R"(","initial":20,"received":0,"sold":10,"returned":0,"adjusted":0,"on_hand":10,)"
        R"("reserved":0,"held":0})"};
    order_.lists["/internal/outbox"] = {event(11), event(12), event(13)};
    product_.consumes = R"(["order.cancelled"])";
    product_.lists["/internal/inbox"] = {event(11), event(12), event(13)};
  }

  static std::string event(int n) {
    return R"({"id":")" + id_of(n) + R"(","type":"order.cancelled","time":)" + time_json +
           R"(,"sent":true,"applied_at":)" + time_json + "}";
  }

  Peers peers() const {
    return {user_.client("user"), product_.client("product"), order_.client("order"),
            payment_.client("payment"), with_bank_ ? bank_.client("bank") : nullptr};
  }

  Report run() {
    RealWatch watch{{}};
    Progress progress;
    const auto asked = peers();
    return run_audit(checks_of(asked, patience_, watch), skipped_without(asked), 0s, watch,
                     progress);
  }
  std::string trouble() {
    try {
      run();
    } catch (const chassis::Error& error) {
      return error.what();
    }
    return "none";
  }

  Service user_;
  Service product_;
  Service order_;
  Service payment_;
  Service bank_;
  bool with_bank_ = true;
  std::chrono::milliseconds patience_{0};
};

TEST_F(BookRoutes, all_books_are_read_to_their_ends) {
  const auto report = run();
  EXPECT_THAT(report.violations, IsEmpty());
  std::map<std::string, std::int64_t> sizes;
  for (const auto& book : report.books) sizes[book.service + " " + book.book] = book.rows;
  EXPECT_EQ(sizes["order orders"], 5);
  EXPECT_EQ(sizes["payment payments"], 5);
  EXPECT_EQ(sizes["product reservations"], 5);
  EXPECT_EQ(sizes["product stock"], 1);
  EXPECT_EQ(sizes["bank ledger"], 5);
  EXPECT_EQ(sizes["order outbox"], 3);
  EXPECT_EQ(sizes["product inbox"], 3);
  EXPECT_EQ(sizes["order sagas"], 0);
  EXPECT_THAT(order_.peer->requests(),
              Contains(AllOf(StartsWith("GET /internal/books?book=orders&limit=200&cursor=4 "),
                             HasSubstr(std::string{"X-Internal-Token: "} + token))));
}

TEST_F(BookRoutes, what_is_broken_is_found) {
  bank_.lists["/v1/ledger"].pop_back();
  product_.lists["/internal/inbox"].erase(product_.lists["/internal/inbox"].begin() + 1);
  const auto report = run();
  ASSERT_THAT(report.violations, SizeIs(2));
  EXPECT_EQ(report.violations[0].rule, Rule::money_bank);
  EXPECT_EQ(report.violations[0].id, id_of(5));
  EXPECT_EQ(report.violations[1].rule, Rule::events_delivered);
  EXPECT_EQ(report.violations[1].id, id_of(12));
}

TEST_F(BookRoutes, sagas_and_dead_letters_are_read_as_their_services_write_them) {
  order_.lists["/internal/sagas"] = {
      R"({"kind":"cancel","id":")" + id_of(4) +
      R"(","state":"running","step":"refund","attempts":3,"problem":null,"started_at":)" +
      time_json + R"(,"next_try_at":)" + time_json + "}"};
  user_.lists["/internal/dead-letters"] = {
      R"({"id":")" + id_of(70) +
      R"(","event_id":null,"type":"order.user_erased","subject":"x","attempts":5,"error":"bad",)"
      R"("time":null,"died_at":)" +
      time_json + R"(,"replayed_at":null})"};
  const auto report = run();
  ASSERT_THAT(report.violations, SizeIs(2));
  EXPECT_EQ(report.violations[0].rule, Rule::events_dead);
  EXPECT_EQ(report.violations[1].rule, Rule::sagas_stuck);
}

TEST_F(BookRoutes, without_a_bank_its_rules_are_left_out) {
  with_bank_ = false;
  const auto report = run();
  EXPECT_THAT(report.violations, IsEmpty());
  int skipped = 0;
  for (const auto& result : report.rules) skipped += result.skipped ? 1 : 0;
  EXPECT_EQ(skipped, 2);
  EXPECT_THAT(bank_.peer->requests(), IsEmpty());
}

TEST_F(BookRoutes, a_peer_that_is_away_is_named) {
  const auto gone = std::exchange(payment_.peer, nullptr);
  const auto url = gone->url();
  payment_.peer = std::make_unique<FakePeer>([](const std::string&, const std::string&) {
    return FakePeer::Answer{503, "{}"};
  });
  EXPECT_THAT(trouble(), StartsWith("the book payments of payment cannot be read: "));
}

TEST_F(BookRoutes, a_peer_that_was_away_for_a_moment_is_asked_again) {
  int answers = 0;
  payment_.spoil = [&](FakePeer::Answer& answer) {
    if (++answers <= 4) answer = {503, "{}"};
  };
  patience_ = 20s;
  EXPECT_EQ(trouble(), "none");
}

TEST_F(BookRoutes, a_peer_that_refuses_is_not_asked_again) {
  patience_ = 20s;
  order_.lists.erase("/internal/sagas");
  EXPECT_THAT(trouble(), StartsWith("the book sagas of order cannot be read: it answered 404"));
  const auto asked = product_.peer->requests().size();
  product_.spoil = [](FakePeer::Answer& answer) { answer.status = 500; };
  EXPECT_THAT(trouble(),
              StartsWith("the book reservations of product cannot be read: it answered 500"));
  EXPECT_EQ(product_.peer->requests().size(), asked + 1);
}

TEST_F(BookRoutes, garbage_is_refused_and_the_field_named) {
  const std::map<std::string, std::string> garbage{
      {"", "not of the agreed form"},
      {"<html>busy</html>", "not of the agreed form"},
      {"[]", "not of the agreed form"},
      {R"({"items":null})", "/items"},
      {R"({"next_cursor":null})", "/items is missing"},
      {R"({"items":[{"order_id":"7"}]})", "/items/0/order_id"},
      {R"({"items":[],"next_cursor":"again"})", "a page is empty"},
      {std::string(3'000'000, ' ') + "{}", ""},  // more than is read of any answer
  };
  for (const auto& [body, says] : garbage) {
    order_.spoil = [&](FakePeer::Answer& answer) { answer.body = body; };
    const auto said = trouble();
    EXPECT_THAT(said,
                AllOf(StartsWith("the book orders of order cannot be read: "), HasSubstr(says)))
        << body.substr(0, 40);
  }
}

TEST_F(BookRoutes, words_nobody_knows_are_garbage) {
  auto& order = order_.lists["/internal/books?book=orders"][2];
  order.replace(order.find("confirmed"), 9, "invented.");
  EXPECT_THAT(trouble(), HasSubstr("/items/0/status must be a status of orders"));
}

TEST_F(BookRoutes, a_list_that_begins_again_is_refused) {
  order_.spoil = [](FakePeer::Answer& answer) {
    if (const auto at = answer.body.find(R"("next_cursor":null)"); at != std::string::npos) {
      answer.body.replace(at, 18, R"("next_cursor":"0")");
    }
  };
  EXPECT_THAT(trouble(), HasSubstr("its rows are not in the order of their ids"));
}

}  // namespace
}  // namespace audit
