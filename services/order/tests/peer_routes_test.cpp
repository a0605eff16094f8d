#include "peer_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "peer.h"

namespace order {
namespace {

using chassis::Client;
using chassis::ErrorCode;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto token = "the installation's token";
const std::string tea = "0190a000-0000-7000-8000-000000000001";
const std::string cup = "0190a000-0000-7000-8000-000000000002";

template <typename Work>
chassis::Error thrown_by(Work work) {
  try {
    work();
  } catch (const chassis::Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ErrorCode::internal, ""};
}

std::string goods_json(const std::string& price, const std::string& currency = "EUR") {
  return R"({"items":[{"id":")" + tea + R"(","slug":"tea","name":"Tea","category":"teas",)" +
         R"("price":{"amount":)" + price + R"(,"currency":")" + currency +
         R"("},"stock":7,"image_url":"/x.svg","version":3}],"grown":true})";
}

TEST(ProductRoutes, one_question_prices_a_whole_cart) {
  Peer product{"200 OK", goods_json("250")};
  Client client{"product", product.url(), token};
  const auto goods = ProductRoutes{client, "EUR"}.look({tea, cup});
  ASSERT_EQ(goods.size(), 1U);
  EXPECT_EQ(goods[0].product_id, tea);
  EXPECT_EQ(goods[0].name, "Tea");
  EXPECT_EQ(goods[0].unit_price, (chassis::Money{250, "EUR"}));
  EXPECT_EQ(goods[0].available, 7);
  ASSERT_EQ(product.requests().size(), 1U);
  EXPECT_THAT(product.requests()[0], StartsWith("GET /internal/products?ids=" + tea + "," + cup));
  EXPECT_THAT(product.requests()[0], HasSubstr(token));
}

TEST(ProductRoutes, nonsense_counts_as_no_answer) {
  for (const auto& body :
       {std::string{"<html>"}, std::string{"{}"}, std::string{R"({"items":[{}]})"},
        goods_json("-1"), goods_json("\"250\""), goods_json("250", "USD"),
        goods_json("9000000000000000")}) {
    Peer product{"200 OK", body};
    Client client{"product", product.url(), token};
    EXPECT_EQ(thrown_by([&] {
                ProductRoutes{client, "EUR"}.look({tea});
              }).code(),
              ErrorCode::unavailable)
        << body;
  }
}

TEST(ProductRoutes, a_peer_that_is_not_there_is_unavailable) {
  Client client{"product", "http://127.0.0.1:1", token};
  EXPECT_EQ(thrown_by([&] {
              ProductRoutes{client, "EUR"}.look({tea});
            }).code(),
            ErrorCode::unavailable);
}

// --- reservations

const std::string order_id = "0190a000-0000-7000-8000-0000000000aa";
const std::vector<Line> lines{{tea, "Tea", 2, {240, "EUR"}}};

std::string reservation_json(const std::string& line_price, const std::string& total,
                             const std::string& product = tea, int quantity = 2,
                             const std::string& currency = "EUR") {
  const auto money = [&](const std::string& amount) {
    return R"({"amount":)" + amount + R"(,"currency":")" + currency + "\"}";
  };
  return R"({"order_id":")" + order_id +
         R"(","state":"held","expires_at":"2026-11-21T08:15:30Z",)" +
         R"("lines":[{"product_id":")" + product + R"(","name":"Smoked tea","quantity":)" +
         std::to_string(quantity) + R"(,"unit_price":)" + money(line_price) + R"(}],"total":)" +
         money(total) + "}";
}

std::string problem_json(const std::string& type, int status, const std::string& more = "") {
  return R"({"type":"urn:serai:problem:)" + type + R"(","title":"No","status":)" +
         std::to_string(status) + R"(,"detail":"no","trace_id":"0")" + more + "}";
}

/// The Error of a call to a peer that answers so.
template <typename Routes, typename Work, typename... More>
chassis::Error error_of(const std::string& status, const std::string& body, Work work,
                        const More&... more) {
  Peer peer{status, body};
  Client client{"peer", peer.url(), token};
  Routes routes{client, more...};
  return thrown_by([&] { work(routes); });
}

const auto reserve = [](ProductRoutes& product) { product.reserve(order_id, lines); };
const auto commit = [](ProductRoutes& product) { product.commit(order_id); };
const auto release = [](ProductRoutes& product) { product.release(order_id); };

template <typename Work>
chassis::Error product_error(const std::string& status, const std::string& body, Work work) {
  return error_of<ProductRoutes>(status, body, work, "EUR");
}

TEST(ProductRoutes, a_reservation_is_asked_for_as_product_says) {
  Peer product{"201 Created", reservation_json("250", "500")};
  Client client{"product", product.url(), token};
  const auto reservation = ProductRoutes{client, "EUR"}.reserve(order_id, lines);
  EXPECT_EQ(reservation.total, (chassis::Money{500, "EUR"}));
  EXPECT_EQ(reservation.lines, (std::vector<Line>{{tea, "Smoked tea", 2, {250, "EUR"}}}));
  const auto request = product.requests().at(0);
  EXPECT_THAT(request, StartsWith("PUT /internal/reservations/" + order_id + " "));
  EXPECT_THAT(request, HasSubstr(R"({"lines":[{"product_id":")" + tea + R"(","quantity":2}]})"));
}

TEST(ProductRoutes, a_reservation_of_something_else_is_no_answer) {
  for (const auto& body :
       {std::string{"{}"}, reservation_json("250", "499"), reservation_json("250", "500", cup),
        reservation_json("250", "750", tea, 3), reservation_json("250", "500", tea, 2, "USD"),
        reservation_json("-250", "-500")}) {
    EXPECT_EQ(product_error("201 Created", body, reserve).code(), ErrorCode::unavailable) << body;
  }
}

TEST(ProductRoutes, short_lines_are_told_as_they_are_and_nothing_else_is_passed_on) {
  const std::string line =
      R"("lines":[{"product_id":")" + tea + R"(","requested":2,"available":1})";
  const auto error = product_error(
      "409 Conflict", problem_json("out-of-stock", 409, "," + line + R"(],"x":1)"), reserve);
  EXPECT_EQ(error.type(), "out-of-stock");
  EXPECT_EQ(error.code(), ErrorCode::conflict);
  EXPECT_EQ(error.members(), line + "]");
  EXPECT_EQ(
      product_error("409 Conflict", problem_json("out-of-stock", 409, "," + line + "]"), commit)
          .members(),
      line + "]");
  for (const auto* more : {"", R"(,"lines":[])", R"(,"lines":[{"product_id":"tea"}])"}) {
    EXPECT_EQ(
        product_error("409 Conflict", problem_json("out-of-stock", 409, more), reserve).code(),
        ErrorCode::unavailable)
        << more;
  }
}

TEST(ProductRoutes, what_is_refused_for_good_and_what_is_not_known_are_told_apart) {
  const auto type = [](const std::string& status, const std::string& word, auto work) {
    return product_error(status, problem_json(word, std::stoi(status)), work).type();
  };
  EXPECT_EQ(type("409 Conflict", "released", reserve), "released");
  EXPECT_EQ(type("409 Conflict", "conflict", reserve), "conflict");
  EXPECT_EQ(type("400 Bad Request", "invalid", reserve), "invalid");
  EXPECT_EQ(type("409 Conflict", "released", commit), "released");
  EXPECT_EQ(type("404 Not Found", "not-found", commit), "not-found");
  EXPECT_EQ(type("409 Conflict", "committed", release), "committed");
  // A version of product that has no such route does not say that the pieces are gone.
  EXPECT_EQ(type("404 Not Found", "not-found", reserve), "unavailable");
  EXPECT_EQ(type("404 Not Found", "not-found", release), "unavailable");
  EXPECT_EQ(type("400 Bad Request", "invalid", commit), "unavailable");
  EXPECT_EQ(type("401 Unauthorized", "unauthenticated", reserve), "unavailable");
  EXPECT_EQ(type("429 Too Many", "too-many-requests", commit), "too-many-requests");
  EXPECT_EQ(type("500 Oops", "internal", release), "internal");
}

TEST(ProductRoutes, pieces_are_sold_and_freed) {
  Peer product{"204 No Content", ""};
  Client client{"product", product.url(), token};
  ProductRoutes{client, "EUR"}.commit(order_id);
  ProductRoutes{client, "EUR"}.release(order_id);
  EXPECT_THAT(product.requests().at(0),
              StartsWith("POST /internal/reservations/" + order_id + "/commit "));
  EXPECT_THAT(product.requests().at(1), StartsWith("DELETE /internal/reservations/" + order_id));
}

TEST(ProductRoutes, a_lost_answer_to_a_commit_is_asked_for_again) {
  std::atomic<int> asked{0};
  Peer product{[&](const std::string&) {
    return asked++ == 0 ? std::pair<std::string, std::string>{"", ""}
                        : std::pair<std::string, std::string>{"200 OK", "{}"};
  }};
  Client client{"product", product.url(), token};
  EXPECT_NO_THROW((ProductRoutes{client, "EUR"}.commit(order_id)));
  EXPECT_EQ(asked, 2);
}

// --- payments

const auto charge = [](PaymentRoutes& payment) {
  return payment.charge({order_id, tea, {500, "EUR"}, "tok"});
};
const auto give_back = [](PaymentRoutes& payment) { payment.give_back(order_id); };
const auto refund = [](PaymentRoutes& payment) { payment.refund(order_id, {500, "EUR"}); };

template <typename Work>
chassis::Error payment_error(const std::string& status, const std::string& body, Work work) {
  return error_of<PaymentRoutes>(status, body, work);
}

std::string payment_json(const std::string& status, const std::string& amount = "500",
                         const std::string& owner = order_id, const std::string& last4 = "4242") {
  return R"({"id":")" + cup + R"(","owner_id":")" + owner + R"(","owner_type":"order","status":")" +
         status + R"(","amount":{"amount":)" + amount +
         R"(,"currency":"EUR"},"refunded":{"amount":0,"currency":"EUR"},"brand":"visa","last4":")" +
         last4 + R"(","bank_reference":"ch_1","created_at":"2026-11-21T08:15:30Z"})";
}

TEST(PaymentRoutes, a_charge_is_asked_for_as_payment_says) {
  Peer peer{"201 Created", payment_json("captured")};
  Client client{"payment", peer.url(), token};
  PaymentRoutes payment{client};
  const auto paid = charge(payment);
  EXPECT_EQ(paid.status, "captured");
  EXPECT_EQ(paid.brand, "visa");
  EXPECT_EQ(paid.last4, "4242");
  EXPECT_EQ(paid.bank_reference, "ch_1");
  EXPECT_THAT(peer.requests().at(0), StartsWith("PUT /internal/payments/" + order_id + " "));
  EXPECT_THAT(peer.requests().at(0),
              HasSubstr(R"({"owner_type":"order","user_id":")" + tea +
                        R"(","amount":{"amount":500,"currency":"EUR"},"card_token":"tok"})"));
}

TEST(PaymentRoutes, no_means_no_in_the_banks_words) {
  EXPECT_EQ(payment_error("402 Payment Required", problem_json("declined", 402), charge).type(),
            "declined");
  const auto poor = payment_error("402 Payment Required", problem_json("no-funds", 402), charge);
  EXPECT_EQ(poor.type(), "no-funds");
  EXPECT_EQ(poor.code(), ErrorCode::payment_required);
  // A token that the bank does not know is the card's fault too.
  const auto unknown = payment_error("400 Bad Request", problem_json("invalid", 400), charge);
  EXPECT_EQ(unknown.type(), "declined");
  EXPECT_EQ(unknown.code(), ErrorCode::payment_required);
  EXPECT_EQ(payment_error("409 Conflict", problem_json("voided", 409), charge).type(), "voided");
}

TEST(PaymentRoutes, what_is_not_known_yet_is_asked_again) {
  const auto pending =
      R"({"id":")" + cup + R"(","owner_id":")" + order_id + R"(","status":"pending"})";
  EXPECT_EQ(payment_error("202 Accepted", pending, charge).code(), ErrorCode::unavailable);
  EXPECT_EQ(payment_error("202 Accepted", pending, give_back).code(), ErrorCode::unavailable);
  EXPECT_EQ(payment_error("202 Accepted", pending, refund).code(), ErrorCode::unavailable);
  for (const auto& status : {"404 Not Found", "403 Forbidden", "500 Oops", "503 Busy"}) {
    const auto body = problem_json("x", std::stoi(status));
    EXPECT_GE(chassis::http_status(payment_error(status, body, charge).code()), 500) << status;
    EXPECT_GE(chassis::http_status(payment_error(status, body, give_back).code()), 500) << status;
    EXPECT_GE(chassis::http_status(payment_error(status, body, refund).code()), 500) << status;
  }
}

TEST(PaymentRoutes, an_answer_about_something_else_is_none) {
  for (const auto& body :
       {std::string{"<html>"}, std::string{"{}"}, payment_json("pending"), payment_json("declined"),
        payment_json("captured", "501"), payment_json("captured", "500", cup),
        payment_json("captured", "500", order_id, "4242424242424242")}) {
    EXPECT_EQ(payment_error("201 Created", body, charge).code(), ErrorCode::unavailable) << body;
    EXPECT_EQ(payment_error("201 Created", body, refund).code(), ErrorCode::unavailable) << body;
    if (body == payment_json("declined")) continue;  // then there is nothing to give back
    EXPECT_EQ(payment_error("200 OK", body, give_back).code(), ErrorCode::unavailable) << body;
  }
}

TEST(PaymentRoutes, money_is_given_back_and_refunded_under_the_orders_name) {
  Peer peer{[](const std::string& request) {
    return std::pair<std::string, std::string>{
        "200 OK", payment_json(request.starts_with("DELETE") ? "voided" : "refunded")};
  }};
  Client client{"payment", peer.url(), token};
  PaymentRoutes payment{client};
  EXPECT_NO_THROW(give_back(payment));
  EXPECT_NO_THROW(refund(payment));
  EXPECT_THAT(peer.requests().at(0), StartsWith("DELETE /internal/payments/" + order_id + " "));
  EXPECT_THAT(peer.requests().at(1),
              StartsWith("PUT /internal/payments/" + order_id + "/refunds/" + order_id + " "));
  EXPECT_THAT(peer.requests().at(1), HasSubstr(R"({"amount":{"amount":500,"currency":"EUR"}})"));
  EXPECT_EQ(payment_error("409 Conflict", problem_json("refund-exceeds", 409), refund).type(),
            "refund-exceeds");
}

}  // namespace
}  // namespace order
