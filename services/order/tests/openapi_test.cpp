#include <gtest/gtest.h>

#include "cart_routes.h"
#include "chassis/testing/routes.h"
#include "order_embedded.h"

namespace order {
namespace {

TEST(Openapi, describes_every_public_route_and_no_other) {
  const auto routes = cart_routes(nullptr, nullptr, "EUR");
  chassis::testing::expect_described(routes, embedded().at("openapi.json"));
}

}  // namespace
}  // namespace order
