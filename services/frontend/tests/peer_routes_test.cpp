#include "peer_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace frontend
