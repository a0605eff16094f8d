#include "chassis/testing/routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "chassis/json.h"

namespace chassis::testing {

const char* const ada = "0190a000-0000-7000-8000-00000000ada0";
const char* const eve = "0190a000-0000-7000-8000-00000000e7e0";

RouteTester::RouteTester(Routes routes) : router_{std::move(routes)} {
  base_.context.trace = Trace::from_header("");
}

RouteTester& RouteTester::as(std::string user_id, std::string roles) {
  base_.context.caller = Caller{std::move(user_id), std::move(roles)};
  base_.internal = false;
  return *this;
}

RouteTester& RouteTester::as_admin() { return as(ada, "admin"); }

RouteTester& RouteTester::as_nobody() {
  base_.context.caller.reset();
  base_.internal = false;
  return *this;
}

RouteTester& RouteTester::as_peer() {
  base_.context.caller.reset();
  base_.internal = true;
  return *this;
}

Response RouteTester::get(const std::string& target, Headers headers) {
  return send(Method::get, target, {}, std::move(headers));
}

Response RouteTester::send(Method method, const std::string& target, std::string body,
                           Headers headers) {
  Request request = base_;
  request.method = method;
  request.headers = std::move(headers);
  if (!body.empty() && !request.headers.has("Content-Type")) {
    request.headers.add("Content-Type", "application/json");
  }
  request.body = std::move(body);
  return dispatch(router_, std::move(request), target);
}

void expect_described(const Routes& routes, std::string_view openapi_json) {
  JsonDocument document{openapi_json, Unknown::ignore};
  const auto paths = document.root().member("paths");
  ASSERT_TRUE(paths) << "the description has no paths";

  std::set<std::string> served;
  std::set<std::string> served_paths;
  for (const auto& route : routes) {
    if (route.path.rfind("/internal/", 0) == 0) continue;
    auto method = std::string{name(route.method)};
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    served.insert(method + " " + route.path);
    served_paths.insert(route.path);
    const auto path = paths->member(route.path.c_str());
    EXPECT_TRUE(path && path->member(method.c_str()))
        << method << " " << route.path << " is not described";
  }
  for (const auto& path : served_paths) {
    const auto described = paths->member(path.c_str());
    if (!described) continue;
    for (const char* method : {"get", "post", "put", "patch", "delete"}) {
      if (described->member(method)) {
        EXPECT_TRUE(served.count(std::string{method} + " " + path) == 1)
            << method << " " << path << " is described, but there is no such route";
      }
    }
  }
  // Paths that no route serves at all are found in the text: "paths" has one member for each.
  const auto raw = paths->raw();
  for (std::size_t at = raw.find("\"/v1/"); at != std::string::npos;
       at = raw.find("\"/v1/", at + 1)) {
    const auto end = raw.find('"', at + 1);
    if (raw.compare(end, 3, "\":{") != 0) continue;
    const auto path = raw.substr(at + 1, end - at - 1);
    EXPECT_TRUE(served_paths.count(path) == 1) << path << " is described, but no route serves it";
  }
}

}  // namespace chassis::testing
