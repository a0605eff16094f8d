#include "shop.h"

namespace order {
namespace {

using OpenApi = ShopTest;

TEST_F(OpenApi, describes_every_public_route_and_no_other) {
  chassis::testing::expect_described(replica_.routes, embedded().at("openapi.json"));
}

}  // namespace
}  // namespace order
