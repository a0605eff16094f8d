#pragma once

#include <string>
#include <utility>

#include "chassis/http.h"
#include "chassis/router.h"

namespace chassis::testing {

/// Sends requests to routes without a socket, as one caller.
///
///   RouteTester shop{product::routes(store)};
///   EXPECT_EQ(shop.as_admin().post("/v1/products", json, {{"Idempotency-Key", "k1"}}).status,
///   201);
class RouteTester {
 public:
  explicit RouteTester(Routes routes);

  RouteTester& as(std::string user_id, std::string roles = "");
  RouteTester& as_admin();
  RouteTester& as_nobody();
  /// As a peer that carries the installation's token.
  RouteTester& as_peer();

  Response get(const std::string& target, Headers headers = {});
  /// A body is sent as application/json unless the headers say otherwise.
  Response send(Method method, const std::string& target, std::string body = "",
                Headers headers = {});
  Response post(const std::string& target, std::string body = "", Headers headers = {}) {
    return send(Method::post, target, std::move(body), std::move(headers));
  }

 private:
  Router router_;
  Request base_;
};

/// The ids used by as(): any fixed UUIDs.
extern const char* const ada;
extern const char* const eve;

/// Expects that each route under /v1 or /.well-known stands in the OpenAPI description (JSON text)
/// with its method, and each described operation has a route; /internal routes are not described.
void expect_described(const Routes& routes, std::string_view openapi_json);

}  // namespace chassis::testing
