#include <gtest/gtest.h>

#include "chassis/client.h"
#include "chassis/context.h"
#include "chassis/http.h"
#include "chassis/router.h"

namespace chassis {
namespace {

/// What a peer on this chassis answers when its handler throws `error`.
Reply reply_of(const Error& error) {
  const auto response = problem(error, Trace::from_header({}));
  Reply reply{response.status, response.body, response.headers};
  reply.headers.add("Content-Type", response.content_type);
  return reply;
}

Error back(const Error& error) { return error_from(reply_of(error), "product"); }

TEST(ErrorFrom, a_problem_comes_back_as_the_error_it_was) {
  for (const auto code :
       {ErrorCode::invalid, ErrorCode::unauthenticated, ErrorCode::payment_required,
        ErrorCode::forbidden, ErrorCode::not_found, ErrorCode::method_not_allowed,
        ErrorCode::conflict, ErrorCode::length_required, ErrorCode::precondition_failed,
        ErrorCode::too_large, ErrorCode::unsupported_media_type, ErrorCode::key_reused,
        ErrorCode::precondition_required, ErrorCode::too_many_requests, ErrorCode::internal,
        ErrorCode::unavailable, ErrorCode::timeout}) {
    const auto error = back({code, "the tea is cold"});
    EXPECT_EQ(error.code(), code);
    EXPECT_EQ(error.type(), name(code));
    EXPECT_STREQ(error.what(), "the tea is cold");
    EXPECT_FALSE(error.retry_after());
  }
}

TEST(ErrorFrom, type_fields_and_retry_after_survive) {
  EXPECT_EQ(back(Error{ErrorCode::conflict, "none left"}.type("sold-out")).type(), "sold-out");
  EXPECT_EQ(back(Error{ErrorCode::unavailable, "busy"}.retry_after(7)).retry_after(), 7);
  const auto error = back(Error{{{"/name", "is too long"}, {"/price", "is missing"}}});
  ASSERT_EQ(error.fields().size(), 2U);
  EXPECT_EQ(error.fields()[1].pointer, "/price");
  EXPECT_EQ(error.fields()[1].detail, "is missing");
}

TEST(ErrorFrom, anything_else_is_unavailable_and_tells_nothing) {
  const Headers problem_type{{"Content-Type", "application/problem+json"}};
  const std::string fine = R"({"type":"urn:serai:problem:conflict","detail":"x"})";
  const Reply replies[]{
      {404, "<h1>nginx</h1>", {{"Content-Type", "text/html"}}},
      {409, fine, {{"Content-Type", "application/json"}}},
      {409, fine, {}},
      {409, "{", problem_type},
      {409, "[]", problem_type},
      {409, R"({"detail":"x"})", problem_type},
      {409, R"({"type":"https://elsewhere.example/x","detail":"x"})", problem_type},
      {409,
       R"({"type":"urn:serai:problem:conflict","detail":)" + ('"' + std::string(501, 'x')) + "\"}",
       problem_type},
      {409, fine + std::string(64 * 1024, ' '), problem_type},
      {431, fine, problem_type},
      {502, "", {}},
      {200, "{}", {}},
  };
  for (const auto& reply : replies) {
    const auto error = error_from(reply, "product");
    EXPECT_EQ(error.code(), ErrorCode::unavailable) << reply.body.substr(0, 80);
    EXPECT_STREQ(error.what(), "product gave no usable answer");
  }
}

TEST(ErrorFrom, a_problem_may_grow_and_its_type_must_be_a_word) {
  const Headers headers{{"Content-Type", "application/problem+json; charset=utf-8"}};
  const Reply grown{409, R"({"type":"urn:serai:problem:sold-out","more":{"a":[1]}})", headers};
  EXPECT_EQ(error_from(grown, "product").type(), "sold-out");
  EXPECT_STREQ(error_from(grown, "product").what(), "Conflict");
  const Reply rude{409, R"({"type":"urn:serai:problem:<b>"})", headers};
  EXPECT_EQ(error_from(rude, "product").type(), "conflict");
}

TEST(ErrorFrom, a_peer_that_does_not_believe_this_service_is_our_fault) {
  // As a peer answers whose token differs: it sees nobody.
  const Router router{{{.method = Method::get,
                        .path = "/v1/me",
                        .access = Access::user,
                        .handler = [](const Request&) { return no_content(); }}}};
  const auto response = dispatch(router, {}, "/v1/me");
  ASSERT_EQ(response.status, 401);
  Reply reply{response.status, response.body, response.headers};
  reply.headers.add("Content-Type", response.content_type);
  EXPECT_EQ(error_from(reply, "user").code(), ErrorCode::unauthenticated) << "nobody was named";
  Context context;
  context.caller = Caller{"018f4e5a-0000-7000-8000-000000000001", ""};
  const ContextScope scope{context};
  EXPECT_EQ(error_from(reply, "user").code(), ErrorCode::internal);
  // The peer knows the caller, and says of itself what is wrong.
  EXPECT_EQ(back({ErrorCode::unauthenticated, "this account is gone"}).code(),
            ErrorCode::unauthenticated);
  // Something between the two services answers.
  for (const auto status : {401, 403}) {
    EXPECT_EQ(error_from({status, "no", {}}, "user").code(), ErrorCode::internal);
  }
}

}  // namespace
}  // namespace chassis
