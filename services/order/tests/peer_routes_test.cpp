#include "peer_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace order
