#include "peer_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "upstream.h"

namespace frontend {
namespace {

using chassis::Client;
using chassis::ErrorCode;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto token = "the installation's token";
constexpr auto pair_json =
    R"({"access_token":"a","token_type":"Bearer","expires_in":600,"refresh_token":"r",)"
    R"("user":{"id":"0190a000-0000-7000-8000-00000000ada0","name":"Ada","email":"a@b.c",)"
    R"("roles":""}})";

Upstream::Answer always(std::string status, std::string body) {
  return [status = std::move(status), body = std::move(body)](const std::string&) {
    return std::pair{status, body};
  };
}

template <typename Call>
ErrorCode code_of(Call call) {
  try {
    call();
  } catch (const chassis::Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::internal;
}

TEST(ProductRoutes, a_search_is_asked_as_the_api_says) {
  Upstream product{always("200 OK", R"({"items":[],"next_cursor":null})")};
  Client client{"product", product.url(), token};
  Search search;
  search.text = "saffron & tea";
  search.category = "teas";
  search.min_price = 500;
  search.sort = "-price";
  EXPECT_TRUE(ProductRoutes{client}.search(search).get().items.empty());
  ASSERT_EQ(product.requests().size(), 1U);
  EXPECT_THAT(product.requests()[0], StartsWith("GET /v1/products?limit=24&q=saffron%20%26%20tea"
                                                "&category=teas&min_price=500&sort=-price "));
}

TEST(ProductRoutes, a_product_that_is_not_there_and_a_peer_that_is_not_are_told_apart) {
  Upstream product{always("404 Not Found",
                          R"({"type":"urn:serai:problem:not-found","title":"Not found",)"
                          R"("status":404,"detail":"no such product","trace_id":"0"})")};
  Client client{"product", product.url(), token};
  const std::string id = "0190a000-0000-7000-8000-000000000001";
  EXPECT_EQ(code_of([&] { ProductRoutes{client}.find(id).get(); }), ErrorCode::not_found);

  Client nobody{"product", "http://127.0.0.1:1", token};
  EXPECT_EQ(code_of([&] { ProductRoutes{nobody}.find(id).get(); }), ErrorCode::unavailable);
  EXPECT_EQ(code_of([&] { ProductRoutes{nobody}.categories().get(); }), ErrorCode::unavailable);
}

TEST(ProductRoutes, nonsense_counts_as_no_answer) {
  Upstream product{always("200 OK", R"({"items":"soon"})")};
  Client client{"product", product.url(), token};
  EXPECT_EQ(code_of([&] { ProductRoutes{client}.search({}).get(); }), ErrorCode::unavailable);
}

TEST(UserRoutes, signing_in_hands_on_where_the_visitor_comes_from) {
  Upstream user{always("201 Created", pair_json)};
  Client client{"user", user.url(), token};
  const auto session = UserRoutes{client}.sign_in({"a@b.c", "secret", "192.0.2.7"});
  EXPECT_EQ(session.refresh_token, "r");
  ASSERT_EQ(user.requests().size(), 1U);
  EXPECT_THAT(user.requests()[0], StartsWith("POST /v1/sessions "));
  EXPECT_THAT(user.requests()[0], HasSubstr("X-Forwarded-For: 192.0.2.7\r\n"));
  EXPECT_THAT(user.requests()[0], HasSubstr(R"({"email":"a@b.c","password":"secret"})"));
}

TEST(UserRoutes, a_wrong_password_and_an_ended_session_are_answers_about_the_visitor) {
  Upstream user{always("401 Unauthorized",
                       R"({"type":"urn:serai:problem:unauthenticated","title":"Unauthenticated",)"
                       R"("status":401,"detail":"no","trace_id":"0"})")};
  Client client{"user", user.url(), token};
  UserRoutes accounts{client};
  EXPECT_EQ(code_of([&] { accounts.sign_in({"a@b.c", "wrong", ""}); }), ErrorCode::unauthenticated);
  EXPECT_EQ(code_of([&] { accounts.renew("over"); }), ErrorCode::unauthenticated);
  EXPECT_NO_THROW(accounts.sign_out("over"));
}

TEST(UserRoutes, a_sign_in_is_never_sent_twice) {
  Upstream user{always("503 Service Unavailable", "{}")};
  Client client{"user", user.url(), token};
  EXPECT_EQ(code_of([&] {
              UserRoutes{client}.sign_in({"a@b.c", "s", ""});
            }),
            ErrorCode::unavailable);
  EXPECT_EQ(user.requests().size(), 1U);
}

TEST(UserRoutes, a_renewal_tells_whose_session_it_is) {
  Upstream user{always("201 Created", pair_json)};
  Client client{"user", user.url(), token};
  const auto renewal = UserRoutes{client}.renew("old");
  EXPECT_EQ(renewal.account.name, "Ada");
  EXPECT_THAT(user.requests().at(0), StartsWith("POST /internal/sessions/refresh "));
  EXPECT_THAT(user.requests().at(0), HasSubstr(R"({"refresh_token":"old"})"));
}

TEST(UserRoutes, the_caller_goes_along_and_the_browsers_cookies_do_not) {
  Upstream user{always("204 No Content", "")};
  Client client{"user", user.url(), token};
  chassis::Context context;
  context.trace = chassis::Trace::from_header("");
  context.caller = chassis::Caller{"0190a000-0000-7000-8000-00000000ada0", "admin"};
  const chassis::ContextScope scope{context};
  UserRoutes{client}.sign_out_everywhere();
  const auto request = user.requests().at(0);
  EXPECT_THAT(request, StartsWith("DELETE /v1/sessions "));
  EXPECT_THAT(request, HasSubstr("0190a000-0000-7000-8000-00000000ada0"));
  EXPECT_THAT(request, HasSubstr(token));
  EXPECT_THAT(request, HasSubstr(context.trace.trace_id));
  EXPECT_THAT(request, Not(HasSubstr("Cookie")));
}

constexpr auto order_json =
    R"({"id":"0190a000-0000-7000-8000-0000000000d1","status":"confirmed","items":[],)"
    R"("total":{"amount":1980,"currency":"EUR"},"created_at":"2026-11-21T08:15:30Z"})";
const Purchase purchase{"tok_1", {1980, "EUR"}, {"Ada", "Road 1", "12345", "Rize", "Türkiye"}};

std::string problem(const std::string& type, int status, const std::string& more = "") {
  return R"({"type":"urn:serai:problem:)" + type + R"(","title":"T","status":)" +
         std::to_string(status) + R"(,"detail":"no","trace_id":"0")" + more + "}";
}

TEST(CartRoutes, a_guest_is_named_to_the_carts) {
  Upstream order{always("200 OK", R"({"items":[],"total":{"amount":0,"currency":"EUR"}})")};
  Client client{"order", order.url(), token};
  chassis::Context context;
  context.guest_id = "7f3f0d3e-6a52-4c0b-9a5d-1f2e3d4c5b6a";
  const chassis::ContextScope scope{context};
  EXPECT_TRUE(CartRoutes{client}.mine().get().items.empty());
  CartRoutes{client}.put("0190a000-0000-7000-8000-000000000001", 3);
  CartRoutes{client}.merge("5f0c7d52-1f7a-4b1e-8d10-0a1b2c3d4e5f");
  const auto requests = order.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_THAT(requests[0], StartsWith("GET /v1/cart "));
  EXPECT_THAT(requests[0], HasSubstr("X-Guest-Id: 7f3f0d3e-6a52-4c0b-9a5d-1f2e3d4c5b6a\r\n"));
  EXPECT_THAT(requests[1], StartsWith("PUT /v1/cart/items/0190a000-0000-7000-8000-000000000001 "));
  EXPECT_THAT(requests[1], HasSubstr(R"({"quantity":3})"));
  EXPECT_THAT(requests[2], StartsWith("POST /v1/cart/merge "));
  EXPECT_THAT(requests[2], HasSubstr(R"({"guest_id":"5f0c7d52-1f7a-4b1e-8d10-0a1b2c3d4e5f"})"));
}

TEST(CartRoutes, taking_out_what_is_not_in_there_is_no_error) {
  Upstream order{always("404 Not Found", problem("not-found", 404))};
  Client client{"order", order.url(), token};
  EXPECT_NO_THROW(CartRoutes{client}.remove("0190a000-0000-7000-8000-000000000001"));
  EXPECT_EQ(code_of([&] { CartRoutes{client}.put("0190a000-0000-7000-8000-000000000001", 1); }),
            ErrorCode::not_found);
}

TEST(OrderRoutes, a_purchase_carries_its_key_and_is_placed_when_it_is_made_or_under_way) {
  for (const auto* const status : {"201 Created", "202 Accepted"}) {
    Upstream order{always(status, order_json)};
    Client client{"order", order.url(), token};
    const auto outcome = OrderRoutes{client}.place(purchase, "key-1");
    EXPECT_EQ(outcome.kind, Outcome::Kind::placed) << status;
    EXPECT_EQ(outcome.order_id, "0190a000-0000-7000-8000-0000000000d1");
    EXPECT_THAT(order.requests().at(0), StartsWith("POST /v1/orders "));
    EXPECT_THAT(order.requests().at(0), HasSubstr("Idempotency-Key: key-1\r\n"));
    EXPECT_THAT(order.requests().at(0), HasSubstr(R"("card_token":"tok_1")"));
  }
}

TEST(OrderRoutes, each_way_a_purchase_comes_to_nothing_is_told_apart) {
  const std::tuple<const char*, const char*, int, Outcome::Kind> ends[] = {
      {"402 Payment Required", "declined", 402, Outcome::Kind::declined},
      {"402 Payment Required", "no-funds", 402, Outcome::Kind::no_funds},
      {"409 Conflict", "out-of-stock", 409, Outcome::Kind::out_of_stock},
      {"409 Conflict", "price-changed", 409, Outcome::Kind::price_changed},
      {"409 Conflict", "cart-empty", 409, Outcome::Kind::cart_empty}};
  for (const auto& [line, type, status, kind] : ends) {
    Upstream order{always(line, problem(type, status,
                                        R"(,"lines":[{"product_id":)"
                                        R"("0190a000-0000-7000-8000-000000000001",)"
                                        R"("requested":3,"available":1}])"))};
    Client client{"order", order.url(), token};
    const auto outcome = OrderRoutes{client}.place(purchase, "key-1");
    EXPECT_EQ(outcome.kind, kind) << type;
    EXPECT_EQ(outcome.short_lines.size(), kind == Outcome::Kind::out_of_stock ? 1U : 0U) << type;
  }
}

TEST(OrderRoutes, a_purchase_that_still_runs_or_reuses_a_key_is_an_error) {
  Upstream running{always("409 Conflict", problem("in-progress", 409))};
  Client one{"order", running.url(), token};
  EXPECT_EQ(code_of([&] { OrderRoutes{one}.place(purchase, "k"); }), ErrorCode::conflict);
  Upstream reused{always("422 Unprocessable Content", problem("key-reused", 422))};
  Client other{"order", reused.url(), token};
  EXPECT_EQ(code_of([&] { OrderRoutes{other}.place(purchase, "k"); }), ErrorCode::key_reused);
}

TEST(OrderRoutes, a_purchase_whose_answer_got_lost_is_asked_for_again_with_the_same_key) {
  int count = 0;
  Upstream order{[&count](const std::string&) {
    return ++count == 1 ? std::pair<std::string, std::string>{"503 Service Unavailable", "{}"}
                        : std::pair<std::string, std::string>{"201 Created", order_json};
  }};
  Client client{"order", order.url(), token};
  EXPECT_EQ(OrderRoutes{client}.place(purchase, "key-1").kind, Outcome::Kind::placed);
  const auto requests = order.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_THAT(requests[1], HasSubstr("Idempotency-Key: key-1\r\n"));
}

TEST(OrderRoutes, orders_are_listed_found_and_cancelled_as_the_api_says) {
  Upstream order{[](const std::string& request) {
    const bool list = request.rfind("GET /v1/orders?", 0) == 0;
    return std::pair<std::string, std::string>{
        "200 OK", list ? R"({"items":[],"next_cursor":null})" : order_json};
  }};
  Client client{"order", order.url(), token};
  OrderRoutes orders{client};
  EXPECT_TRUE(orders.list("a+b").get().items.empty());
  EXPECT_EQ(orders.find("0190a000-0000-7000-8000-0000000000d1").get().status, "confirmed");
  orders.cancel("0190a000-0000-7000-8000-0000000000d1", "key-2");
  const auto requests = order.requests();
  EXPECT_THAT(requests.at(0), StartsWith("GET /v1/orders?limit=20&cursor=a%2Bb "));
  EXPECT_THAT(requests.at(1), StartsWith("GET /v1/orders/0190a000-0000-7000-8000-0000000000d1 "));
  EXPECT_THAT(requests.at(2),
              StartsWith("POST /v1/orders/0190a000-0000-7000-8000-0000000000d1/cancel "));
  EXPECT_THAT(requests.at(2), HasSubstr("Idempotency-Key: key-2\r\n"));
}

TEST(PaymentRoutes, the_card_form_is_asked_for_and_nonsense_counts_as_no_answer) {
  Upstream payment{
      always("200 OK", R"({"tokenise_url":"/t","fields":[{"name":"cvc","label":"C"}]})")};
  Client client{"payment", payment.url(), token};
  EXPECT_EQ(PaymentRoutes{client}.card_form().get().tokenise_url, "/t");
  EXPECT_THAT(payment.requests().at(0), StartsWith("GET /v1/payments/card-form "));
  Upstream other{always("200 OK", "[]")};
  Client nonsense{"payment", other.url(), token};
  EXPECT_EQ(code_of([&] { PaymentRoutes{nonsense}.card_form().get(); }), ErrorCode::unavailable);
}

TEST(StoreRoutes, changes_name_the_version_they_were_made_for_or_a_key) {
  Upstream product{always("200 OK", R"({"id":"0190a000-0000-7000-8000-000000000001","slug":"tea",)"
                                    R"("name":"Tea","description":"","category":"teas",)"
                                    R"("price":{"amount":990,"currency":"EUR"},"stock":3,)"
                                    R"("image_url":"/p","version":8})")};
  Client client{"product", product.url(), token};
  StoreRoutes store{client};
  store.change("0190a000-0000-7000-8000-000000000001", {"Tea", "", {990, "EUR"}}, 7);
  store.move("0190a000-0000-7000-8000-000000000001", {-3, "Broken"}, "key-3");
  EXPECT_EQ(store.add({"Tea", "", "teas", {990, "EUR"}, 3}, "key-4").version, 8);
  const auto requests = product.requests();
  EXPECT_THAT(requests.at(0),
              StartsWith("PATCH /v1/products/0190a000-0000-7000-8000-000000000001 "));
  EXPECT_THAT(requests.at(0), HasSubstr("If-Match: \"7\"\r\n"));
  EXPECT_THAT(requests.at(1),
              StartsWith("POST /v1/products/0190a000-0000-7000-8000-000000000001/stock "));
  EXPECT_THAT(requests.at(1), HasSubstr("Idempotency-Key: key-3\r\n"));
  EXPECT_THAT(requests.at(2), StartsWith("POST /v1/products "));
  EXPECT_THAT(requests.at(2), HasSubstr("Idempotency-Key: key-4\r\n"));
}

TEST(ProductRoutes, the_looks_of_a_whole_cart_take_one_call) {
  Upstream product{always("200 OK",
                          R"({"items":[{"id":"0190a000-0000-7000-8000-000000000001",)"
                          R"("slug":"tea","category":"teas","image_url":"/p","price":1}]})")};
  Client client{"product", product.url(), token};
  auto wares = ProductRoutes{client}.wares(
      {"0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"});
  EXPECT_EQ(wares.get().items.at(0).slug, "tea");
  EXPECT_THAT(product.requests().at(0),
              StartsWith("GET /internal/products?ids=0190a000-0000-7000-8000-000000000001,"
                         "0190a000-0000-7000-8000-000000000002 "));
}

}  // namespace
}  // namespace frontend
