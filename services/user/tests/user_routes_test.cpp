#include "user_routes.h"

#include <gtest/gtest.h>

#include "chassis/json.h"
#include "chassis/testing/routes.h"
#include "fake_stores.h"
#include "key_folder.h"
#include "user_embedded.h"

namespace user {
namespace {

using chassis::Headers;
using chassis::Method;
using chassis::Response;

constexpr auto ada = R"({"email":" Ada@Example.com","password":"tea at four","name":"Ada"})";
constexpr auto adas_password = R"({"email":"ada@example.com","password":"tea at four"})";
constexpr auto wrong_password = R"({"email":"ada@example.com","password":"tea at five"})";

/// The text of one member of an answer.
std::string text(const Response& response, const char* name) {
  chassis::JsonDocument document{response.body, chassis::Unknown::ignore};
  const auto member = document.root().member(name);
  return member ? member->text() : "";
}

class UserRoutes : public testing::Test {
 protected:
  Response send(Method method, const std::string& path, const std::string& body = "",
                const Headers& headers = {}) {
    return api_.send(method, path, body, headers);
  }
  Response post(const std::string& path, const std::string& body, const Headers& headers = {}) {
    return send(Method::post, path, body, headers);
  }

  /// Signs Ada up, and the following requests are hers.
  std::string sign_up() {
    const auto id = text(post("/v1/users", ada), "id");
    api_.as(id);
    return id;
  }
  Response sign_in() { return post("/v1/sessions", adas_password); }
  Response refresh(const Response& pair, const char* path = "/v1/sessions/refresh") {
    return post(path, body_of(pair));
  }
  static std::string body_of(const Response& pair) {
    return R"({"refresh_token":")" + text(pair, "refresh_token") + "\"}";
  }
  /// The jti of the access token of a pair, as the gateway passes it on.
  Headers token_id_of(const Response& pair) {
    return {{"X-User-Token-Id", world_.tokens.at(text(pair, "refresh_token")).id}};
  }

  KeyFolder keys_;
  FakeWorld world_;
  std::vector<Letter> mailed_;
  const Accounts accounts_{
      std::make_shared<FakeUsers>(world_),
      std::make_shared<FakeSessions>(world_),
      std::make_shared<FakeTries>(world_),
      std::make_shared<FakeLetters>(world_),
      std::make_shared<FakeErasures>(world_),
      std::make_shared<Passwords>(HashCosts{8, 1, 4, 4}),
      std::make_shared<Tokens>(std::make_shared<chassis::KeyRing>(keys_.path()),
                               "https://serai.example"),
      [this](const Letter& letter) { mailed_.push_back(letter); }};
  chassis::testing::RouteTester api_{routes(accounts_)};
};

TEST_F(UserRoutes, openapi_describes_them) {
  chassis::testing::expect_described(routes(accounts_), embedded().at("openapi.json"));
}

TEST_F(UserRoutes, signing_up_gives_an_account_without_its_password) {
  const auto answer = post("/v1/users", ada);
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.headers.get("Location"), "/v1/users/me");
  EXPECT_EQ(text(answer, "email"), "ada@example.com");
  EXPECT_EQ(text(answer, "roles"), "");
  EXPECT_EQ(answer.body.find("tea at four"), std::string::npos);
  EXPECT_EQ(answer.body.find("argon2"), std::string::npos);
}

TEST_F(UserRoutes, a_taken_address_is_a_conflict_that_names_the_field) {
  post("/v1/users", ada);
  const auto answer = post("/v1/users", ada);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(text(answer, "type"), "urn:serai:problem:email-taken");
  EXPECT_NE(answer.body.find(R"("pointer":"/email")"), std::string::npos);
}

TEST_F(UserRoutes, nobody_makes_themselves_an_administrator) {
  const auto answer = post(
      "/v1/users", R"({"email":"a@b.cd","password":"tea at four","name":"A","roles":"admin"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("/roles"), std::string::npos);
}

TEST_F(UserRoutes, a_body_that_is_not_json_is_refused) {
  EXPECT_EQ(post("/v1/users", ada, {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(post("/v1/users", "{").status, 400);
}

TEST_F(UserRoutes, signing_in_gives_a_pair_that_no_cache_keeps) {
  sign_up();
  const auto answer = sign_in();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(text(answer, "token_type"), "Bearer");
  EXPECT_NE(answer.body.find("\"expires_in\":600"), std::string::npos);
  EXPECT_EQ(text(answer, "refresh_token").size(), 43U);
  const auto token = text(answer, "access_token");
  EXPECT_EQ(std::count(token.begin(), token.end(), '.'), 2);
}

TEST_F(UserRoutes, a_wrong_password_and_no_account_look_the_same) {
  sign_up();
  const auto wrong = post("/v1/sessions", wrong_password);
  const auto nobody = post("/v1/sessions", R"({"email":"eve","password":"tea at five"})");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(nobody.body, wrong.body);
  EXPECT_TRUE(wrong.headers.has("WWW-Authenticate"));
}

TEST_F(UserRoutes, guessing_is_slowed_for_one_network_at_a_time) {
  sign_up();
  api_.as_peer();
  const Headers here{{"X-Forwarded-For", "203.0.113.1, 192.0.2.7"}};
  for (int i = 0; i < free_tries; ++i) post("/v1/sessions", wrong_password, here);
  const auto slowed = post("/v1/sessions", adas_password, here);
  EXPECT_EQ(slowed.status, 429);
  EXPECT_EQ(slowed.headers.get("Retry-After"), "7");
  EXPECT_EQ(post("/v1/sessions", adas_password, {{"X-Forwarded-For", "192.0.2.8"}}).status, 201);
  EXPECT_EQ(post("/v1/sessions", adas_password, {{"X-Forwarded-For", "192.0.2.7"}}).status, 429)
      << "only the last address counts";
}

TEST_F(UserRoutes, an_address_counts_only_when_a_peer_says_it) {
  api_.as_nobody();
  for (int i = 0; i < free_tries; ++i) {
    const auto address = "192.0.2." + std::to_string(i);
    post("/v1/sessions", wrong_password, {{"X-Forwarded-For", address}});
  }
  EXPECT_EQ(post("/v1/sessions", wrong_password, {{"X-Forwarded-For", "192.0.2.9"}}).status, 429);
}

TEST_F(UserRoutes, a_flood_is_refused_before_anything_is_looked_up) {
  auto accounts = accounts_;
  accounts.passwords = std::make_shared<Passwords>(HashCosts{8, 1, 0, 0});
  chassis::testing::RouteTester api{routes(accounts)};
  for (const auto* path : {"/v1/sessions", "/v1/users"}) {
    const auto answer = api.post(path, "{}");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.headers.get("Retry-After"), "1");
  }
  EXPECT_TRUE(world_.tries.empty());
}

TEST_F(UserRoutes, a_try_does_not_count_when_nobody_had_time_to_look) {
  sign_up();
  Passwords busy{HashCosts{8, 1, 0, 0}};
  SignIn sign_in{*accounts_.users, *accounts_.tries, busy};
  for (int i = 0; i < 2 * free_tries; ++i) {
    try {
      sign_in.check({"ada@example.com", ""}, "tea at four");
      FAIL() << "hashed without a place";
    } catch (const chassis::Error& error) {
      EXPECT_EQ(error.code(), chassis::ErrorCode::unavailable);
    }
  }
}

TEST_F(UserRoutes, a_hash_at_old_costs_is_made_anew_at_the_next_sign_in) {
  const auto id = sign_up();
  auto& hash = world_.users.at(id).password_hash;
  hash = Passwords{HashCosts{16, 2, 1, 0}}.hash("tea at four");
  EXPECT_TRUE(accounts_.passwords->outdated(hash));
  EXPECT_EQ(sign_in().status, 201);
  EXPECT_FALSE(accounts_.passwords->outdated(hash));
  EXPECT_EQ(sign_in().status, 201);
}

TEST_F(UserRoutes, a_refresh_token_used_twice_ends_the_session) {
  sign_up();
  const auto first = sign_in();
  const auto second = refresh(first);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(refresh(first).status, 401);
  EXPECT_EQ(refresh(second).status, 401);
}

TEST_F(UserRoutes, pages_get_the_same_pair_again_and_the_person) {
  const auto id = sign_up();
  const auto first = sign_in();
  EXPECT_EQ(refresh(first, "/internal/sessions/refresh").status, 404);
  api_.as_peer();
  const auto one_tab = refresh(first, "/internal/sessions/refresh");
  const auto other_tab = refresh(first, "/internal/sessions/refresh");
  EXPECT_EQ(one_tab.status, 201);
  EXPECT_EQ(text(one_tab, "refresh_token"), text(other_tab, "refresh_token"));
  EXPECT_NE(one_tab.body.find(R"("user":{"id":")" + id +
                              R"(","name":"Ada","email":"ada@example.com","roles":""})"),
            std::string::npos)
      << one_tab.body;
}

TEST_F(UserRoutes, a_refresh_token_in_the_body_names_the_session_to_end) {
  sign_up();
  const auto here = sign_in();
  const auto there = sign_in();
  api_.as_nobody();
  EXPECT_EQ(send(Method::del, "/v1/sessions/current", body_of(here)).status, 204);
  EXPECT_EQ(send(Method::del, "/v1/sessions/current", body_of(here)).status, 204);
  EXPECT_EQ(refresh(here).status, 401);
  EXPECT_EQ(refresh(there).status, 201);
}

TEST_F(UserRoutes, without_one_the_access_token_names_it) {
  sign_up();
  const auto here = sign_in();
  const auto there = sign_in();
  const auto token_id = token_id_of(here);
  EXPECT_EQ(send(Method::del, "/v1/sessions/current").status, 400);
  EXPECT_EQ(send(Method::del, "/v1/sessions/current", "", token_id).status, 204);
  EXPECT_EQ(refresh(here).status, 401);
  EXPECT_EQ(refresh(there).status, 201);
  api_.as_nobody();
  EXPECT_EQ(send(Method::del, "/v1/sessions/current", "", token_id).status, 401);
}

TEST_F(UserRoutes, signing_out_everywhere_needs_a_caller_and_ends_all) {
  EXPECT_EQ(send(Method::del, "/v1/sessions").status, 401);
  sign_up();
  const auto pair = sign_in();
  EXPECT_EQ(send(Method::del, "/v1/sessions").status, 204);
  EXPECT_EQ(refresh(pair).status, 401);
}

TEST_F(UserRoutes, an_account_has_a_version_and_changes_by_it) {
  EXPECT_EQ(send(Method::get, "/v1/users/me").status, 401);
  sign_up();
  const auto tag = std::string{send(Method::get, "/v1/users/me").headers.get("ETag")};
  EXPECT_EQ(send(Method::get, "/v1/users/me", "", {{"If-None-Match", tag}}).status, 304);
  const auto changed =
      send(Method::patch, "/v1/users/me", R"({"name":" Countess "})", {{"If-Match", tag}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(text(changed, "name"), "Countess");
  EXPECT_NE(changed.headers.get("ETag"), tag);
  EXPECT_EQ(send(Method::patch, "/v1/users/me", R"({"name":"Eve"})", {{"If-Match", tag}}).status,
            412);
  EXPECT_EQ(send(Method::patch, "/v1/users/me", R"({"name":"Eve"})", {{"If-Match", ""}}).status,
            412);
  EXPECT_EQ(send(Method::patch, "/v1/users/me", R"({"name":"Eve"})", {{"If-Match", "*"}}).status,
            200);
  EXPECT_EQ(send(Method::patch, "/v1/users/me", R"({"name":"Eve"})").status, 200);
  EXPECT_EQ(send(Method::patch, "/v1/users/me", "{}").status, 200);
  EXPECT_EQ(send(Method::patch, "/v1/users/me", R"({"email":"a@b.cd"})").status, 400);
}

TEST_F(UserRoutes, a_new_password_needs_the_old_one_and_ends_the_other_sessions) {
  sign_up();
  const auto here = sign_in();
  const auto there = sign_in();
  const auto change = [&](const std::string& current) {
    return send(Method::patch, "/v1/users/me",
                R"({"password":"tea at five","current_password":")" + current + "\"}",
                token_id_of(here));
  };
  const auto wrong = change("tea at six");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(text(wrong, "type"), "urn:serai:problem:wrong-password");
  EXPECT_EQ(sign_in().status, 201);
  EXPECT_EQ(change("tea at four").status, 200);
  EXPECT_EQ(sign_in().status, 401);
  EXPECT_EQ(refresh(there).status, 401);
  EXPECT_EQ(refresh(here).status, 201);
  EXPECT_EQ(send(Method::patch, "/v1/users/me", R"({"password":"tea at seven"})").status, 400);
}

TEST_F(UserRoutes, guessing_the_current_password_is_slowed_too) {
  sign_up();
  const auto guess = R"({"password":"tea at five","current_password":"tea at six"})";
  for (int i = 0; i < free_tries; ++i) {
    EXPECT_EQ(send(Method::patch, "/v1/users/me", guess).status, 403);
  }
  EXPECT_EQ(send(Method::patch, "/v1/users/me", guess).status, 429);
}

TEST_F(UserRoutes, whoever_is_erased_can_watch_it_and_is_nobody) {
  sign_up();
  const auto pair = sign_in();
  const auto answer = send(Method::del, "/v1/users/me");
  EXPECT_EQ(answer.status, 202);
  const auto place = "/v1/erasures/" + text(answer, "erasure");
  EXPECT_EQ(answer.headers.get("Location"), place);
  EXPECT_EQ(send(Method::del, "/v1/users/me").body, answer.body);
  EXPECT_EQ(send(Method::get, "/v1/users/me").status, 401);
  EXPECT_EQ(refresh(pair).status, 401);
  api_.as_nobody();
  EXPECT_EQ(sign_in().status, 401);
  const auto watched = send(Method::get, place);
  EXPECT_EQ(watched.status, 200);
  EXPECT_NE(watched.body.find(R"({"service":"order","forgotten_at":null})"), std::string::npos);
  EXPECT_NE(watched.body.find(R"("service":"user","forgotten_at":"1970)"), std::string::npos);
  EXPECT_EQ(send(Method::get, "/v1/erasures/01980000-0000-7000-8000-000000000001").status, 404);
  EXPECT_EQ(send(Method::get, "/v1/erasures/nonsense").status, 404);
  EXPECT_EQ(post("/v1/users", ada).status, 201);
}

TEST_F(UserRoutes, asking_for_a_new_password_tells_nothing) {
  sign_up();
  const auto hers = post("/v1/password-resets", R"({"email":"ADA@example.com "})");
  const auto nobodys = post("/v1/password-resets", R"({"email":"eve@example.com"})");
  EXPECT_EQ(hers.status, 202);
  EXPECT_EQ(nobodys.status, 202);
  EXPECT_EQ(hers.body, nobodys.body);
  ASSERT_EQ(mailed_.size(), 2U) << "her welcome and her link";
  EXPECT_EQ(mailed_[1].kind, LetterKind::password_reset);
  EXPECT_EQ(mailed_[1].to.email, "ada@example.com");
  EXPECT_EQ(hers.body.find(mailed_[1].token), std::string::npos);
}

TEST_F(UserRoutes, the_link_from_the_letter_sets_a_password_that_will_do) {
  sign_up();
  const auto pair = sign_in();
  post("/v1/password-resets", R"({"email":"ada@example.com"})");
  const auto link = "/v1/password-resets/" + mailed_.back().token;
  EXPECT_EQ(send(Method::put, link, R"({"password":"password123"})").status, 400);
  EXPECT_EQ(send(Method::put, link, R"({"password":"Ada@Example.com"})").status, 400);
  EXPECT_EQ(send(Method::put, link, R"({"password":"tea at five"})").status, 204);
  EXPECT_EQ(send(Method::put, link, R"({"password":"tea at five"})").status, 404);
  EXPECT_EQ(sign_in().status, 401);
  EXPECT_EQ(post("/v1/sessions", wrong_password).status, 201);
  EXPECT_EQ(refresh(pair).status, 401);
}

TEST_F(UserRoutes, the_welcome_letter_verifies_the_address) {
  sign_up();
  ASSERT_EQ(mailed_.size(), 1U);
  EXPECT_NE(send(Method::get, "/v1/users/me").body.find(R"("email_verified":false)"),
            std::string::npos);
  EXPECT_EQ(send(Method::put, "/v1/verifications/" + mailed_[0].token).status, 204);
  EXPECT_NE(send(Method::get, "/v1/users/me").body.find(R"("email_verified":true)"),
            std::string::npos);
  EXPECT_EQ(send(Method::put, "/v1/verifications/unknown").status, 404);
}

TEST_F(UserRoutes, peers_learn_who_people_are) {
  const auto id = sign_up();
  const auto path = "/internal/users?ids=" + id + ",01980000-0000-7000-8000-000000000001";
  EXPECT_EQ(send(Method::get, path).status, 404);
  api_.as_peer();
  EXPECT_EQ(send(Method::get, path).body,
            R"({"items":[{"id":")" + id + R"(","name":"Ada","email":"ada@example.com"}]})");
  EXPECT_EQ(send(Method::get, "/internal/users").body, R"({"items":[]})");
  EXPECT_EQ(send(Method::get, "/internal/users?ids=x").status, 400);
}

TEST_F(UserRoutes, the_configuration_names_what_is_there) {
  const auto configuration = send(Method::get, "/.well-known/openid-configuration");
  EXPECT_EQ(text(configuration, "issuer"), "https://serai.example");
  EXPECT_EQ(text(configuration, "jwks_uri"), "https://serai.example/.well-known/jwks.json");
  EXPECT_EQ(configuration.body.find("authorization_endpoint"), std::string::npos);
  const auto keys = send(Method::get, "/.well-known/jwks.json");
  EXPECT_NE(keys.body.find(R"("kid":"one")"), std::string::npos);
  EXPECT_EQ(keys.body.find("\"d\""), std::string::npos);
}

}  // namespace
}  // namespace user
