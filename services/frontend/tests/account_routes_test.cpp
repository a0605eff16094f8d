#include "account_routes.h"

#include <gtest/gtest.h>

#include "browser.h"

namespace frontend {
namespace {

class AccountPages : public testing::Test {
 protected:
  Browser browser;
};

constexpr auto right_fields = "email=ada%40example.com&password=caravan-of-tea-42";

TEST_F(AccountPages, signing_in_sets_both_cookies_and_goes_on) {
  browser.send_form("/signin", "/signin", std::string{right_fields} + "&next=%2Fshop%3Fq%3Dtea");
  EXPECT_EQ(browser.last.status, 303);
  EXPECT_EQ(browser.last.headers.get("Location"), "/shop?q=tea");
  EXPECT_EQ(browser.set_cookie("__Host-access"),
            "__Host-access=access-token; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
  EXPECT_EQ(browser.set_cookie("__Host-refresh"),
            "__Host-refresh=refresh-1x; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000");
}

TEST_F(AccountPages, the_mark_of_a_browser_is_as_guarded_as_its_session) {
  browser.get("/signin");
  const auto line = browser.set_cookie("__Host-csrf");
  EXPECT_NE(line.find("; Path=/; Secure; HttpOnly; SameSite=Lax"), std::string::npos);
  EXPECT_EQ(line.find("Domain"), std::string::npos);
  browser.get("/signin");
  EXPECT_EQ(browser.set_cookie("__Host-csrf"), "") << "the mark is kept, or open forms would break";
}

TEST_F(AccountPages, next_never_leaves_this_site) {
  for (const auto* const next :
       {"%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil"}) {
    browser.cookies.clear();
    browser.send_form("/signin", "/signin", std::string{right_fields} + "&next=" + next);
    EXPECT_EQ(browser.last.headers.get("Location"), "/") << next;
    EXPECT_EQ(browser.get("/signin?next=" + std::string{next}).headers.get("Location"), "/account");
  }
}

TEST_F(AccountPages, a_wrong_password_is_said_kindly_and_the_email_stays) {
  browser.send_form("/signin", "/signin", "email=ada%40example.com&password=wrong-secret");
  EXPECT_EQ(browser.last.status, 401);
  EXPECT_TRUE(browser.shows("do not belong together"));
  EXPECT_TRUE(browser.shows("value=\"ada@example.com\""));
  EXPECT_FALSE(browser.shows("wrong-secret"));
  EXPECT_EQ(browser.set_cookie("__Host-access"), "");
}

TEST_F(AccountPages, too_many_tries_say_when_to_come_back) {
  browser.accounts.slow_down = true;
  browser.send_form("/signin", "/signin", right_fields);
  EXPECT_EQ(browser.last.status, 429);
  EXPECT_TRUE(browser.shows("in 40 seconds"));
  EXPECT_EQ(browser.last.headers.get("Retry-After"), "40");
}

TEST_F(AccountPages, guessing_is_slowed_by_the_address_the_gateway_saw_and_no_other) {
  browser.sign_in();
  EXPECT_EQ(browser.accounts.last_address, "192.0.2.7");
  Browser stranger;
  stranger.through_gateway = false;
  stranger.sign_in();
  EXPECT_EQ(stranger.accounts.last_address, "");
}

TEST_F(AccountPages, an_empty_field_is_named) {
  browser.send_form("/signin", "/signin", "email=&password=");
  EXPECT_EQ(browser.last.status, 400);
  EXPECT_TRUE(browser.shows("Please fill in your e-mail."));
  EXPECT_TRUE(browser.shows("Please fill in your password."));
}

TEST_F(AccountPages, a_form_without_the_right_token_changes_nothing_and_comes_back) {
  browser.get("/signin");
  const auto token = browser.token_on_page();
  ASSERT_FALSE(token.empty());
  const std::string fields = right_fields;
  for (const auto& wrong : {fields, fields + "&csrf=", fields + "&csrf=" + token + "x"}) {
    browser.post("/signin", wrong);
    EXPECT_EQ(browser.last.status, 403);
    EXPECT_TRUE(browser.shows("open for too long"));
    EXPECT_EQ(browser.set_cookie("__Host-access"), "");
  }
  EXPECT_EQ(browser.post("/signin", fields + "&csrf=" + browser.token_on_page()).status, 303);
}

TEST_F(AccountPages, a_form_sent_from_another_site_is_refused_even_with_a_token) {
  browser.get("/signin");
  const auto fields = std::string{right_fields} + "&csrf=" + browser.token_on_page();
  for (const auto* const from : {"cross-site", "same-site"}) {
    EXPECT_EQ(browser.post("/signin", fields, from).status, 403) << from;
  }
}

TEST_F(AccountPages, a_token_is_no_good_in_another_browser_or_for_another_person) {
  browser.get("/signin");
  const auto token = browser.token_on_page();
  Browser other;
  other.get("/signin");
  EXPECT_EQ(other.post("/signin", std::string{right_fields} + "&csrf=" + token).status, 403);
  browser.sign_in();
  EXPECT_EQ(browser.post("/account/name", "name=Eve&csrf=" + token).status, 403);
  EXPECT_EQ(browser.accounts.name, "Ada");
}

TEST_F(AccountPages, every_form_that_changes_something_asks_for_the_token) {
  browser.sign_in();
  for (const auto* const target : {"/signout", "/signout/everywhere", "/account/name", "/signup"}) {
    EXPECT_EQ(browser.post(target, "name=Eve").status, 403) << target;
  }
  EXPECT_EQ(browser.accounts.everywhere, 0);
  EXPECT_EQ(browser.cookies.count("__Host-refresh"), 1U);
  EXPECT_EQ(browser.accounts.name, "Ada");
}

TEST_F(AccountPages, signing_up_signs_in_as_well) {
  browser.send_form("/signup", "/signup",
                    "name=Ada+L&email=ada%40example.com&password=a-long-enough-one");
  EXPECT_EQ(browser.last.status, 303);
  EXPECT_EQ(browser.last.headers.get("Location"), "/account");
  EXPECT_NE(browser.set_cookie("__Host-access"), "");
  browser.get("/account");
  EXPECT_TRUE(browser.shows("Ada L"));
}

TEST_F(AccountPages, a_bad_field_is_explained_beside_it_and_the_rest_stays) {
  browser.send_form("/signup", "/signup", "name=Ad%22a&email=new%40example.com&password=short");
  EXPECT_EQ(browser.last.status, 400);
  EXPECT_TRUE(browser.shows("The password must be at least 12 characters."));
  EXPECT_TRUE(browser.shows("value=\"Ad&quot;a\""));
  EXPECT_TRUE(browser.shows("value=\"new@example.com\""));
  EXPECT_FALSE(browser.shows("short"));
}

TEST_F(AccountPages, an_email_that_is_taken_is_said_beside_it) {
  browser.send_form("/signup", "/signup",
                    "name=A&email=taken%40example.com&password=long-enough-1");
  EXPECT_EQ(browser.last.status, 409);
  EXPECT_TRUE(browser.shows("There is an account with this e-mail already."));
}

TEST_F(AccountPages, the_account_asks_a_stranger_to_sign_in_first) {
  EXPECT_EQ(browser.get("/account").status, 303);
  EXPECT_EQ(browser.last.headers.get("Location"), "/signin?next=%2Faccount");
}

TEST_F(AccountPages, the_account_shows_its_owner_and_the_administrators_badge) {
  browser.sign_in();
  EXPECT_EQ(browser.get("/account").status, 200);
  EXPECT_TRUE(browser.shows("ada@example.com"));
  EXPECT_TRUE(browser.shows("21 November 2026"));
  EXPECT_TRUE(browser.shows("Administrator"));
  EXPECT_EQ(browser.last.headers.get("Cache-Control"), "no-store");
}

TEST_F(AccountPages, a_name_can_be_changed_and_a_bad_one_is_explained) {
  browser.sign_in();
  browser.send_form("/account", "/account/name", "name=Countess");
  EXPECT_EQ(browser.last.headers.get("Location"), "/account?done=name");
  browser.get("/account?done=name");
  EXPECT_TRUE(browser.shows("Your name was changed."));
  EXPECT_TRUE(browser.shows("value=\"Countess\""));
  EXPECT_EQ(browser.send_form("/account", "/account/name", "name=").status, 400);
  EXPECT_TRUE(browser.shows("The name must have 1 to 100 characters."));
}

TEST_F(AccountPages, signing_out_ends_the_session_and_forgets_it) {
  browser.sign_in();
  browser.send_form("/account", "/signout", "");
  EXPECT_EQ(browser.last.headers.get("Location"), "/signin?done=signed-out");
  EXPECT_EQ(browser.accounts.refresh_token, "none");
  EXPECT_EQ(browser.cookies.count("__Host-access") + browser.cookies.count("__Host-refresh"), 0U);
  EXPECT_EQ(browser.get("/account").status, 303);
}

TEST_F(AccountPages, signing_out_everywhere_asks_the_accounts_as_the_caller) {
  browser.sign_in();
  browser.send_form("/account", "/signout/everywhere", "");
  EXPECT_EQ(browser.last.headers.get("Location"), "/signin?done=signed-out-everywhere");
  EXPECT_EQ(browser.accounts.everywhere, 1);
  EXPECT_EQ(browser.cookies.count("__Host-access"), 0U);
}

TEST_F(AccountPages, a_session_whose_access_token_ran_out_is_renewed_on_the_way) {
  browser.sign_in();
  browser.cookies.erase("__Host-access");
  EXPECT_EQ(browser.get("/account").status, 200);
  EXPECT_TRUE(browser.shows("ada@example.com"));
  EXPECT_EQ(browser.accounts.renewals, 1);
  EXPECT_EQ(browser.cookies["__Host-refresh"], browser.accounts.refresh_token);
  browser.get("/account");
  EXPECT_EQ(browser.accounts.renewals, 1);
}

TEST_F(AccountPages, a_form_sent_just_after_the_access_token_ran_out_still_counts) {
  browser.sign_in();
  browser.get("/account");
  const auto token = browser.token_on_page();
  browser.cookies.erase("__Host-access");
  EXPECT_EQ(browser.post("/account/name", "name=Countess&csrf=" + token).status, 303);
  EXPECT_EQ(browser.accounts.name, "Countess");
}

TEST_F(AccountPages, a_session_that_is_over_is_forgotten_and_the_page_stands) {
  browser.cookies["__Host-refresh"] = "stolen";
  EXPECT_EQ(browser.get("/").status, 200);
  EXPECT_EQ(browser.cookies.count("__Host-refresh"), 0U);
  EXPECT_TRUE(browser.shows("Sign in"));
}

TEST_F(AccountPages, a_session_survives_the_accounts_being_away) {
  browser.sign_in();
  browser.cookies.erase("__Host-access");
  browser.accounts.away = true;
  EXPECT_EQ(browser.get("/shop").status, 200);
  EXPECT_EQ(browser.get("/account").status, 503);
  EXPECT_EQ(browser.cookies.count("__Host-refresh"), 1U);
  browser.accounts.away = false;
  EXPECT_EQ(browser.get("/account").status, 200);
}

TEST_F(AccountPages, with_the_accounts_away_forms_say_so_and_keep_what_was_typed) {
  browser.accounts.away = true;
  browser.send_form("/signin", "/signin", right_fields);
  EXPECT_EQ(browser.last.status, 503);
  EXPECT_TRUE(browser.shows("Accounts are out of reach just now."));
  EXPECT_TRUE(browser.shows("value=\"ada@example.com\""));
}

TEST_F(AccountPages, the_account_page_of_an_absent_service_still_lets_one_sign_out) {
  browser.sign_in();
  browser.accounts.away = true;
  EXPECT_EQ(browser.get("/account").status, 503);
  EXPECT_TRUE(browser.shows("Your account is out of reach."));
  EXPECT_TRUE(browser.shows("action=\"/signout\""));
}

}  // namespace
}  // namespace frontend
