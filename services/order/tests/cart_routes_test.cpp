#include "cart_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "chassis/json.h"
#include "chassis/testing/routes.h"
#include "fake_carts.h"
#include "fake_stock.h"

namespace order {
namespace {

using chassis::Method;
using chassis::Response;
using testing::HasSubstr;

constexpr auto guest_id = "7f3f0d3e-6a52-4c0b-9a5d-1f2e3d4c5b6a";

class CartRoutes : public testing::Test {
 protected:
  CartRoutes() { shop_.as(chassis::testing::ada); }

  Response put(const std::string& product, const std::string& body) {
    return shop_.send(Method::put, "/v1/cart/items/" + product, body);
  }
  Response put(const std::string& product, int quantity) {
    return put(product, R"({"quantity":)" + std::to_string(quantity) + "}");
  }

  std::shared_ptr<FakeCarts> carts_ = std::make_shared<FakeCarts>();
  std::shared_ptr<FakeStock> stock_ = std::make_shared<FakeStock>();
  chassis::Routes routes_ = cart_routes(carts_, stock_, "EUR");
  chassis::testing::RouteTester shop_{routes_};
};

TEST_F(CartRoutes, an_empty_cart_asks_nobody) {
  const auto answer = shop_.get("/v1/cart");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"items":[],"total":{"amount":0,"currency":"EUR"},"version":0})");
  EXPECT_EQ(stock_->looks, 0);
}

TEST_F(CartRoutes, what_is_put_in_is_answered_with_prices_and_stock) {
  const auto tea = stock_->add("Tea", 250, 4);
  const auto answer = put(tea, 6);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, R"({"items":[{"product_id":")" + tea +
                             R"(","name":"Tea","quantity":6,"unit_price":{"amount":250,)"
                             R"("currency":"EUR"},"line_total":{"amount":1500,"currency":"EUR"},)"
                             R"("available":4}],"total":{"amount":1500,"currency":"EUR"},)"
                             R"("version":1})");
  EXPECT_EQ(shop_.get("/v1/cart").body, answer.body);
}

TEST_F(CartRoutes, the_tag_changes_with_the_prices_too) {
  const auto tea = stock_->add("Tea", 250);
  const std::string tag{put(tea, 1).headers.get("ETag")};
  const auto same = shop_.get("/v1/cart", {{"If-None-Match", tag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.headers.get("ETag"), tag);
  stock_->reprice(tea, 260);
  EXPECT_EQ(shop_.get("/v1/cart", {{"If-None-Match", tag}}).status, 200);
}

TEST_F(CartRoutes, an_unknown_product_does_not_go_in) {
  const auto tea = stock_->add("Tea", 250);
  stock_->unlist(tea);
  EXPECT_EQ(put(tea, 1).status, 404);
  EXPECT_EQ(put("0190a000-0000-7000-8000-000000000009", 1).status, 404);
  EXPECT_EQ(put("tea", 1).status, 404);
  EXPECT_THAT(shop_.get("/v1/cart").body, HasSubstr(R"("items":[])"));
}

TEST_F(CartRoutes, what_was_unlisted_since_is_still_shown_and_can_be_removed) {
  const auto tea = stock_->add("Tea", 250);
  put(tea, 2);
  stock_->unlist(tea);
  EXPECT_THAT(shop_.get("/v1/cart").body, HasSubstr(R"("available":0)"));
  EXPECT_EQ(shop_.send(Method::del, "/v1/cart/items/" + tea).status, 204);
  EXPECT_EQ(shop_.send(Method::del, "/v1/cart/items/" + tea).status, 204);
  EXPECT_THAT(shop_.get("/v1/cart").body, HasSubstr(R"("items":[])"));
}

TEST_F(CartRoutes, bad_quantities_and_unknown_fields_are_named) {
  const auto tea = stock_->add("Tea", 250);
  for (const auto* body : {R"({"quantity":0})", R"({"quantity":100})", R"({"quantity":"2"})", "{}",
                           R"({"quantity":1.5})", R"({"quantity":null})"}) {
    const auto answer = put(tea, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr("\"/quantity\"")) << body;
  }
  EXPECT_THAT(put(tea, R"({"quantity":1,"price":1})").body, HasSubstr("\"/price\""));
  EXPECT_EQ(put(tea, "1,").status, 400);
  EXPECT_EQ(shop_
                .send(Method::put, "/v1/cart/items/" + tea, R"({"quantity":1})",
                      {{"Content-Type", "text/plain"}})
                .status,
            415);
}

TEST_F(CartRoutes, clearing_takes_everything_out) {
  put(stock_->add("Tea", 250), 2);
  put(stock_->add("Cup", 900), 1);
  EXPECT_EQ(shop_.send(Method::del, "/v1/cart").status, 204);
  EXPECT_EQ(shop_.send(Method::del, "/v1/cart").status, 204);
  EXPECT_THAT(shop_.get("/v1/cart").body, HasSubstr(R"("items":[])"));
}

TEST_F(CartRoutes, somebody_must_be_known) {
  shop_.as_nobody();
  const std::string item = "/v1/cart/items/0190a000-0000-7000-8000-000000000009";
  EXPECT_EQ(shop_.get("/v1/cart").status, 401);
  EXPECT_EQ(shop_.send(Method::del, "/v1/cart").status, 401);
  EXPECT_EQ(shop_.send(Method::put, item, R"({"quantity":1})").status, 401);
  EXPECT_EQ(shop_.send(Method::del, item).status, 401);
  EXPECT_EQ(shop_.post("/v1/cart/merge", R"({"guest_id":")" + std::string{guest_id} + "\"}").status,
            401);
}

TEST_F(CartRoutes, a_guest_has_a_cart_that_moves_in_with_the_customer) {
  const auto tea = stock_->add("Tea", 250);
  chassis::Request request;
  request.context.guest_id = guest_id;
  request.method = Method::put;
  request.headers.add("Content-Type", "application/json");
  request.body = R"({"quantity":3})";
  const chassis::Router router{routes_};
  EXPECT_EQ(chassis::dispatch(router, request, "/v1/cart/items/" + tea).status, 200);

  const auto merge = R"({"guest_id":")" + std::string{guest_id} + "\"}";
  const auto merged = shop_.post("/v1/cart/merge", merge);
  EXPECT_EQ(merged.status, 200) << merged.body;
  EXPECT_THAT(merged.body, HasSubstr(R"("quantity":3)"));
  EXPECT_EQ(shop_.post("/v1/cart/merge", merge).body, merged.body);
  EXPECT_EQ(shop_.post("/v1/cart/merge", R"({"guest_id":"me"})").status, 400);

  // Whoever has signed in is no guest any more, even when the browser still says so.
  request.context.caller = chassis::Caller{chassis::testing::ada, ""};
  request.method = Method::get;
  request.body.clear();
  EXPECT_EQ(chassis::dispatch(router, request, "/v1/cart").body, merged.body);
}

}  // namespace
}  // namespace order
