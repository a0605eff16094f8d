#include "demo_store.h"
#include "store_fixture.h"

namespace user {
namespace {

class UserStore : public Stores {};

TEST_F(UserStore, one_address_from_many_threads_makes_one_account) {
  EXPECT_EQ(refused(8, chassis::ErrorCode::conflict,
                    [&](int) {
                      users_.sign_up({"ada@example.com", "", "Ada"}, hash_one);
                    }),
            7);
  EXPECT_EQ(number("SELECT count(*) FROM users"), 1);
}

TEST_F(UserStore, the_taken_address_is_named) {
  signed_up("ada@example.com");
  try {
    signed_up("ada@example.com");
    FAIL() << "two accounts for one address";
  } catch (const chassis::Error& error) {
    EXPECT_EQ(error.type(), "email-taken");
    EXPECT_NE(error.members().find("/email"), std::string::npos);
  }
}

TEST_F(UserStore, what_was_stored_is_found_by_id_and_by_address) {
  const auto ada = signed_up("ada@example.com");
  EXPECT_EQ(ada.user.name, "Ada");
  EXPECT_EQ(ada.user.roles, "");
  EXPECT_FALSE(ada.user.email_verified);
  EXPECT_EQ(ada.password_hash, hash_one);
  EXPECT_EQ(users_.find_email("ada@example.com")->user.id, ada.user.id);
  EXPECT_FALSE(users_.find_email("eve@example.com"));
  EXPECT_EQ(users_.list({ada.user.id, "01980000-0000-7000-8000-000000000001"}).size(), 1U);
  EXPECT_TRUE(users_.list({}).empty());
}

TEST_F(UserStore, of_two_renamings_of_one_version_one_is_refused) {
  const auto id = signed_up("ada@example.com").user.id;
  EXPECT_EQ(refused(2, chassis::ErrorCode::precondition_failed,
                    [&](int i) { users_.rename(id, i == 0 ? "Countess" : "Lady", 1); }),
            1);
  EXPECT_EQ(users_.find(id).user.version, 2);
  EXPECT_EQ(users_.rename(id, users_.find(id).user.name, std::nullopt).version, 2);
}

TEST_F(UserStore, a_new_password_ends_all_sessions_but_this_one) {
  const auto ada = signed_up("ada@example.com");
  const auto here = sessions_.open(ada);
  const auto there = sessions_.open(ada);
  users_.change_password(ada, hash_two, std::nullopt, here.token_id, std::nullopt);
  EXPECT_EQ(users_.find(ada.user.id).password_hash, hash_two);
  EXPECT_NO_THROW(sessions_.renew(here.refresh_token, Repeat::theft));
  EXPECT_EQ(code_of([&] { sessions_.renew(there.refresh_token, Repeat::theft); }), unauthenticated);
}

TEST_F(UserStore, somebody_elses_token_keeps_no_session_alive) {
  const auto ada = signed_up("ada@example.com");
  const auto eves = sessions_.open(signed_up("eve@example.com"));
  const auto hers = sessions_.open(ada);
  users_.change_password(ada, hash_two, "Ada King", eves.token_id, std::nullopt);
  EXPECT_EQ(users_.find(ada.user.id).user.name, "Ada King");
  EXPECT_EQ(code_of([&] { sessions_.renew(hers.refresh_token, Repeat::theft); }), unauthenticated);
  EXPECT_NO_THROW(sessions_.renew(eves.refresh_token, Repeat::theft));
}

TEST_F(UserStore, the_old_password_opens_no_session_after_the_new_one) {
  const auto before = signed_up("ada@example.com");
  users_.change_password(before, hash_two, std::nullopt, "", std::nullopt);
  EXPECT_EQ(code_of([&] { sessions_.open(before); }), unauthenticated);
  EXPECT_EQ(code_of([&] { users_.change_password(before, hash_one, {}, "", {}); }),
            chassis::ErrorCode::conflict);
  users_.rehash(before, hash_one);
  EXPECT_EQ(users_.find(before.user.id).password_hash, hash_two);
}

TEST_F(UserStore, hashing_anew_is_no_new_password) {
  const auto before = signed_up("ada@example.com");
  users_.rehash(before, hash_two);
  EXPECT_EQ(users_.find(before.user.id).password_hash, hash_two);
  EXPECT_NO_THROW(sessions_.open(before));
}

TEST_F(UserStore, seeding_twice_changes_nothing) {
  Passwords passwords{HashCosts{8, 1, 1, 0}};
  const Demo demo{"ada@example.com:caravan-of-tea-42", "admin@example.com:keeper-of-the-serai-42"};
  EXPECT_EQ(seed(users_, passwords, demo, "small"), 8);
  EXPECT_EQ(seed(users_, passwords, demo, "small"), 0);
  const auto admin = users_.find_email("admin@example.com");
  EXPECT_EQ(admin->user.roles, "admin");
  EXPECT_TRUE(passwords.matches(admin->password_hash, "keeper-of-the-serai-42"));
  EXPECT_EQ(seed(users_, passwords, demo, "large"), 194);
  EXPECT_THROW(seed(users_, passwords, demo, "huge"), std::invalid_argument);
}

TEST_F(UserStore, an_erased_demo_account_comes_back_under_a_new_id) {
  Passwords passwords{HashCosts{8, 1, 1, 0}};
  const Demo demo{"ada@example.com:caravan-of-tea-42", "admin@example.com:keeper-of-the-serai-42"};
  seed(users_, passwords, demo, "small");
  const auto before = users_.find_email("ada@example.com")->user.id;
  erasures_.start(before);
  EXPECT_EQ(seed(users_, passwords, demo, "small"), 1);
  EXPECT_NE(users_.find_email("ada@example.com")->user.id, before);
}

TEST_F(UserStore, nobody_signs_up_for_the_address_of_a_demo_account_with_a_weak_password) {
  Passwords passwords{HashCosts{8, 1, 1, 0}};
  EXPECT_THROW(seed(users_, passwords, {"ada@example.com", "x"}, "small"), std::invalid_argument);
  EXPECT_EQ(number("SELECT count(*) FROM users"), 0);
}

TEST_F(UserStore, erasing_leaves_no_person_and_frees_the_address) {
  const auto ada = signed_up("ada@example.com");
  const auto session = sessions_.open(ada);
  letters_.write(LetterKind::password_reset, "ada@example.com");
  tries_.forget({"ada@example.com", "192.0.2.7"}, ada.user.id);
  const auto erasure = erasures_.start(ada.user.id);
  ASSERT_EQ(erasure.services.size(), 2U);
  EXPECT_EQ(erasure.services[0].service, "order");
  EXPECT_FALSE(erasure.services[0].forgotten_at);
  EXPECT_EQ(erasure.services[1].service, "user");
  EXPECT_TRUE(erasure.services[1].forgotten_at);
  EXPECT_EQ(erasures_.find(erasure.id).requested_at, erasure.requested_at);
  for (const auto* table : {"users", "sessions", "refresh_tokens", "letters", "known_networks"}) {
    EXPECT_EQ(number(std::string{"SELECT count(*) FROM "} + table), 0) << table;
  }
  EXPECT_EQ(code_of([&] { users_.find(ada.user.id); }), unauthenticated);
  EXPECT_EQ(code_of([&] { sessions_.open(ada); }), unauthenticated);
  EXPECT_EQ(code_of([&] { sessions_.renew(session.refresh_token, Repeat::theft); }),
            unauthenticated);
  EXPECT_NE(signed_up("ada@example.com").user.id, ada.user.id);
}

TEST_F(UserStore, erasing_from_many_threads_is_one_erasure) {
  const auto id = signed_up("ada@example.com").user.id;
  std::vector<std::string> ids(8);
  EXPECT_EQ(refused(8, unauthenticated,
                    [&](int i) { ids[static_cast<std::size_t>(i)] = erasures_.start(id).id; }),
            0);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), ids.front()), 8);
  EXPECT_EQ(code_of([&] { erasures_.start("01980000-0000-7000-8000-000000000001"); }),
            unauthenticated);
  EXPECT_EQ(code_of([&] { erasures_.find("01980000-0000-7000-8000-000000000001"); }), not_found);
}

}  // namespace
}  // namespace user
