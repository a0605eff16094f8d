#include "order_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chassis/http.h"
#include "chassis/id.h"

namespace order {
namespace {

using chassis::to_time;
using testing::HasSubstr;
using testing::Not;

Order confirmed() {
  Order order;
  order.id = "0190a000-0000-7000-8000-0000000000aa";
  order.customer = "0190a000-0000-7000-8000-00000000ada0";
  order.status = Status::confirmed;
  order.lines = {{"0190a000-0000-7000-8000-000000000001", "Tea", 3, {200, "EUR"}}};
  order.total = {600, "EUR"};
  order.tax_percent = 20;
  order.payment = {"captured", "visa", "4242", "bank-1"};
  order.created_at = to_time("2026-11-21T08:15:30Z");
  order.confirmed_at = to_time("2026-11-21T08:15:31Z");
  order.updated_at = to_time("2026-11-21T08:15:31Z");
  return order;
}

constexpr auto items =
    R"([{"product_id":"0190a000-0000-7000-8000-000000000001","name":"Tea","quantity":3,)"
    R"("unit_price":{"amount":200,"currency":"EUR"},"line_total":{"amount":600,"currency":"EUR"}}])";

TEST(OrderJson, a_customer_sees_what_became_of_it) {
  EXPECT_EQ(order_json(confirmed()),
            R"({"id":"0190a000-0000-7000-8000-0000000000aa","status":"confirmed","items":)" +
                std::string{items} +
                R"(,"total":{"amount":600,"currency":"EUR"},"payment":{"status":"captured",)"
                R"("brand":"visa","last4":"4242","bank_reference":"bank-1"},"ship_to":null,)"
                R"("problem":null,"created_at":"2026-11-21T08:15:30.000000Z",)"
                R"("confirmed_at":"2026-11-21T08:15:31.000000Z","cancelled_at":null,)"
                R"("refund":null})");
}

TEST(OrderJson, a_refused_order_says_why_and_keeps_nothing_else_of_the_problem) {
  auto order = confirmed();
  order.status = Status::failed;
  order.problem = chassis::Error{chassis::ErrorCode::conflict, "too little"}
                      .type("out-of-stock")
                      .members("\"lines\":[]");
  EXPECT_THAT(
      order_json(order),
      HasSubstr(
          R"("problem":{"type":"urn:serai:problem:out-of-stock","detail":"too little"},"created)"));
}

TEST(OrderJson, an_event_carries_all_that_a_receipt_needs) {
  auto order = confirmed();
  order.ship_to = {"Ada", "Street 1", "1000", "Town", "Land"};
  const auto json = event_json(order, {order.customer, "Ada", "ada@example.com"});
  EXPECT_EQ(json, R"({"order_id":"0190a000-0000-7000-8000-0000000000aa",)"
                  R"("buyer":{"user_id":"0190a000-0000-7000-8000-00000000ada0","name":"Ada",)"
                  R"("email":"ada@example.com"},"lines":)" +
                      std::string{items} +
                      R"(,"tax_percent":20,"tax":{"amount":100,"currency":"EUR"},)"
                      R"("total":{"amount":600,"currency":"EUR"},"payment":{"brand":"visa",)"
                      R"("last4":"4242","bank_reference":"bank-1"},"ship_to":{"name":"Ada",)"
                      R"("street":"Street 1","postcode":"1000","city":"Town","country":"Land"},)"
                      R"("confirmed_at":"2026-11-21T08:15:31.000000Z"})");
  EXPECT_THAT(event_json(order, {order.customer, {}, {}}),
              HasSubstr(R"("buyer":{"user_id":"0190a000-0000-7000-8000-00000000ada0"},)"));
}

TEST(OrderJson, the_event_of_a_cancelled_order_tells_of_the_refund_too) {
  auto order = confirmed();
  order.status = Status::cancelled;
  order.cancelled_at = to_time("2026-11-22T08:15:31Z");
  order.refund = {600, "EUR"};
  EXPECT_THAT(event_json(order, {order.customer, {}, {}}),
              HasSubstr(R"("cancelled_at":"2026-11-22T08:15:31.000000Z",)"
                        R"("refund":{"amount":600,"currency":"EUR"}})"));
}

TEST(OrderJson, the_books_show_money_pieces_and_whether_it_is_settled) {
  auto order = confirmed();
  EXPECT_EQ(book_json(order),
            R"({"order_id":"0190a000-0000-7000-8000-0000000000aa","status":"confirmed",)"
            R"("total":{"amount":600,"currency":"EUR"},"refunded":{"amount":0,"currency":"EUR"},)"
            R"("lines":[{"product_id":"0190a000-0000-7000-8000-000000000001","quantity":3}],)"
            R"("settled":true,"updated_at":"2026-11-21T08:15:31.000000Z"})");
  order.status = Status::cancelling;
  EXPECT_THAT(book_json(order), HasSubstr(R"("settled":false)"));
  order.status = Status::pending;
  EXPECT_THAT(book_json(order), HasSubstr(R"("settled":false)"));
}

TEST(OrderJson, a_list_is_cut_where_an_answer_ends_and_goes_on_from_there) {
  auto order = confirmed();
  const auto line = order.lines.front();
  order.lines.assign(lines_max, line);
  for (auto& each : order.lines) each.name = std::string(name_max, '"');
  const std::vector orders(100, order);
  const auto json = list_json(orders, 50, order_json, [](const Order& last) { return last.id; });
  EXPECT_LE(json.size(), chassis::answer_bytes_max);
  EXPECT_GT(json.size(), chassis::answer_bytes_max / 2);
  EXPECT_THAT(json, HasSubstr(R"("next_cursor":"0190a000)"));
}

TEST(OrderJson, a_list_that_is_all_has_no_cursor) {
  const auto cursor = [](const Order& last) { return last.id; };
  EXPECT_EQ(list_json({}, 20, order_json, cursor), R"({"items":[],"next_cursor":null})");
  EXPECT_THAT(list_json({confirmed()}, 1, order_json, cursor), HasSubstr(R"("next_cursor":null)"));
  EXPECT_THAT(list_json({confirmed(), confirmed()}, 1, order_json, cursor),
              Not(HasSubstr(R"("next_cursor":null)")));
}

}  // namespace
}  // namespace order
