#include "chassis/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace chassis {
namespace {

Route at(Method method, const std::string& path) {
  return {method, path, Access::anyone, [path](const Request&) { return ok("\"" + path + "\""); }};
}

std::string found(const Router& router, Method method, std::string_view path) {
  const auto match = router.find(method, path);
  if (match.route == nullptr) return match.allow.empty() ? "nothing" : "allow " + match.allow;
  std::string text = match.route->path;
  for (const auto& [name, value] : match.parameters) text += " " + name + "=" + value;
  return text;
}

TEST(Router, literal_text_wins_over_parameters_whatever_the_order) {
  const Router router{
      {at(Method::get, "/v1/{any}"), at(Method::get, "/v1/me"), at(Method::get, "/{a}/{b}")}};
  EXPECT_EQ(found(router, Method::get, "/v1/me"), "/v1/me");
  EXPECT_EQ(found(router, Method::get, "/v1/you"), "/v1/{any} any=you");
  EXPECT_EQ(found(router, Method::get, "/v2/you"), "/{a}/{b} a=v2 b=you");
  EXPECT_EQ(found(router, Method::get, "/v1"), "nothing");
}

TEST(Router, a_parameter_may_stand_between_literal_text_and_is_never_empty) {
  const Router router{{at(Method::get, "/receipts/{id}.pdf"), at(Method::get, "/receipts/{id}"),
                       at(Method::get, "/@{handle}")}};
  EXPECT_EQ(found(router, Method::get, "/receipts/7.pdf"), "/receipts/{id}.pdf id=7");
  EXPECT_EQ(found(router, Method::get, "/receipts/7"), "/receipts/{id} id=7");
  EXPECT_EQ(found(router, Method::get, "/@ada"), "/@{handle} handle=ada");
  EXPECT_EQ(found(router, Method::get, "/@"), "nothing");
  EXPECT_EQ(found(router, Method::get, "/receipts/"), "nothing");
}

TEST(Router, another_method_names_the_right_ones) {
  const Router router{{at(Method::get, "/a/{id}"), at(Method::put, "/a/{id}")}};
  EXPECT_EQ(found(router, Method::del, "/a/1"), "allow GET, HEAD, PUT, OPTIONS");
  EXPECT_EQ(router.allowed("/a/1"), "GET, HEAD, PUT, OPTIONS");
  EXPECT_EQ(router.allowed("/b"), "");
}

TEST(Router, an_encoded_slash_stays_inside_its_segment) {
  const Router router{{at(Method::get, "/a/{id}")}};
  EXPECT_EQ(found(router, Method::get, "/a/x%2Fy"), "/a/{id} id=x/y");
  EXPECT_THROW(router.find(Method::get, "/a/%zz"), Error);
}

TEST(Router, what_cannot_be_meant_is_refused_at_the_start) {
  EXPECT_THROW((Router{{at(Method::get, "/a/{id}"), at(Method::get, "/a/{id}")}}),
               std::logic_error);
  EXPECT_THROW((Router{{at(Method::get, "a")}}), std::logic_error);
  EXPECT_THROW((Router{{at(Method::get, "/a/{id")}}), std::logic_error);
}

}  // namespace
}  // namespace chassis
