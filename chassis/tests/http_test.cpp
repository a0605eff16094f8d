#include "chassis/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chassis/trace.h"

namespace chassis {
namespace {

Request with_header(std::string name, std::string value) {
  Request request;
  request.headers.add(std::move(name), std::move(value));
  return request;
}

ErrorCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::internal;
}

TEST(Query, wrong_values_name_the_parameter) {
  const Query query{{"limit", "ten"}, {"sort", "size"}, {"limit2", "5"}};
  try {
    query.integer("limit", 1, 100);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fields().front().pointer, "?limit");
  }
  EXPECT_EQ(query.integer("limit2", 1, 100), 5);
  EXPECT_EQ(code_of([&] { query.one_of("sort", {"price", "newest"}); }), ErrorCode::invalid);
  EXPECT_EQ(code_of([&] { query.only({"limit"}); }), ErrorCode::invalid);
}

TEST(Etag, a_known_version_is_answered_without_its_body) {
  auto request = with_header("If-None-Match", "\"6\", W/\"7\"");
  EXPECT_EQ(with_etag(request, ok("{}"), etag_of(7)).status, 304);
  EXPECT_EQ(with_etag(request, ok("{}"), etag_of(8)).status, 200);
  request.method = Method::put;
  EXPECT_EQ(with_etag(request, ok("{}"), etag_of(7)).status, 200);
}

TEST(IfMatch, it_is_required_and_names_a_version) {
  EXPECT_EQ(if_match(with_header("If-Match", "\"7\"")), 7);
  EXPECT_EQ(if_match(with_header("If-Match", "*")), std::nullopt);
  EXPECT_EQ(code_of([] { if_match(Request{}); }), ErrorCode::precondition_required);
  EXPECT_EQ(code_of([] { if_match(with_header("If-Match", "W/\"7\"")); }),
            ErrorCode::precondition_failed);
  EXPECT_EQ(code_of([] { if_match(with_header("If-Match", "7")); }),
            ErrorCode::precondition_failed);
}

TEST(Cookie, one_is_found_among_others) {
  const auto request = with_header("cookie", "a=1; __Host-access=x.y.z; b=2");
  EXPECT_EQ(request.cookie("__Host-access"), "x.y.z");
  EXPECT_EQ(request.cookie("b"), "2");
  EXPECT_EQ(request.cookie("c"), "");
}

TEST(Form, fields_are_decoded_and_broken_ones_refused) {
  auto request = with_header("Content-Type", "application/x-www-form-urlencoded");
  request.body = "name=Ada+L&note=a%26b&empty=";
  EXPECT_EQ(form_fields(request).text("name"), "Ada L");
  EXPECT_EQ(form_fields(request).text("note"), "a&b");
  EXPECT_EQ(form_fields(request).text("empty"), "");
  request.body = "name=%f";
  EXPECT_EQ(code_of([&] { form_fields(request); }), ErrorCode::invalid);
  EXPECT_EQ(code_of([] { form_fields(Request{}); }), ErrorCode::unsupported_media_type);
}

TEST(JsonBody, only_declared_json_is_read) {
  EXPECT_NO_THROW(json_body(with_header("Content-Type", "application/json; charset=utf-8")));
  EXPECT_EQ(code_of([] { json_body(with_header("Content-Type", "text/plain")); }),
            ErrorCode::unsupported_media_type);
}

TEST(PercentEncoding, what_was_encoded_decodes_the_same) {
  const std::string text = "a b/ü?&=%+\xF0\x9F\x90\xAB";
  EXPECT_EQ(percent_decoded(percent_encoded(text)), text);
  for (const char* bad : {"%", "%4", "%GG", "%00", "%FF", "%ED%A0%80", "%C0%80", "%F5%80%80%80"}) {
    EXPECT_EQ(percent_decoded(bad), std::nullopt) << bad;
  }
}

TEST(Caller, roles_are_whole_words) {
  const Caller caller{"id", "buyer admin"};
  EXPECT_TRUE(caller.has_role("admin"));
  EXPECT_TRUE(caller.has_role("buyer"));
  EXPECT_FALSE(caller.has_role("adm"));
  EXPECT_FALSE((Caller{"id", ""}).has_role(""));
}

TEST(Trace, a_well_formed_header_is_continued_with_a_span_of_our_own) {
  const auto trace = Trace::from_header("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace.parent_id, "00f067aa0ba902b7");
  EXPECT_NE(trace.span_id, trace.parent_id);
  EXPECT_EQ(trace.header(), "00-" + trace.trace_id + "-" + trace.span_id + "-01");
}

TEST(Trace, anything_else_starts_a_new_one) {
  for (const char* bad : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                          "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                          "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x"}) {
    const auto trace = Trace::from_header(bad);
    EXPECT_EQ(trace.trace_id.size(), 32U) << bad;
    EXPECT_NE(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736") << bad;
    EXPECT_EQ(trace.parent_id, "") << bad;
  }
}

}  // namespace
}  // namespace chassis
