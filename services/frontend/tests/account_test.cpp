#include "account.h"

#include <gtest/gtest.h>

#include "account_json.h"
#include "chassis/error.h"

namespace frontend {
namespace {

TEST(LocalPath, stays_on_this_site) {
  for (const auto* const path : {"/", "/account", "/shop?q=tea&sort=price", "/shop/1/a#b"}) {
    EXPECT_EQ(local_path(path, "/home"), path);
  }
}

TEST(LocalPath, leads_nowhere_else) {
  for (const auto* const path :
       {"", "account", "//evil.example", "https://evil.example", "/\\evil.example",
        "\\/evil.example", "/\t/evil.example", "/a\r\nSet-Cookie: x=y", "/ /evil.example",
        "javascript:alert(1)", "/\xc3\xa9"}) {
    EXPECT_EQ(local_path(path, "/home"), "/home") << path;
  }
  EXPECT_EQ(local_path("/" + std::string(1000, 'a'), "/home"), "/home");
}

TEST(DayText, is_written_out_or_left_out) {
  EXPECT_EQ(day_text("2026-11-21T08:15:30.123456Z"), "21 November 2026");
  EXPECT_EQ(day_text("2026-02-03T00:00:00Z"), "3 February 2026");
  EXPECT_EQ(day_text("2026-13-03T00:00:00Z"), "");
  EXPECT_EQ(day_text("yesterday"), "");
  EXPECT_EQ(day_text(""), "");
}

TEST(AccountJson, a_renewal_tells_the_session_and_whose_it_is) {
  const auto renewal = read_renewal(
      R"({"access_token":"a","token_type":"Bearer","expires_in":600,"refresh_token":"r",)"
      R"("user":{"id":"0190a000-0000-7000-8000-00000000ada0","name":"Ada","email":"a@b.c",)"
      R"("roles":"admin","added_later":1}})");
  EXPECT_EQ(renewal.session.access_token, "a");
  EXPECT_EQ(renewal.session.expires_in, 600);
  EXPECT_EQ(renewal.account.name, "Ada");
  EXPECT_EQ(renewal.account.roles, "admin");
}

TEST(AccountJson, nonsense_from_a_peer_counts_as_no_answer) {
  for (const auto* const json : {"", "<html>", "{}", R"({"access_token":7})", "[]"}) {
    try {
      read_session(json);
      FAIL() << json;
    } catch (const chassis::Error& error) {
      EXPECT_EQ(error.code(), chassis::ErrorCode::unavailable) << json;
    }
  }
}

}  // namespace
}  // namespace frontend
