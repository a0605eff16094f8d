#include "store_fixture.h"

namespace user {
namespace {

class LetterStore : public Stores {
 protected:
  std::string written(LetterKind kind) {
    const auto letter = letters_.write(kind, "ada@example.com");
    return letter ? letter->token : "";
  }

  const Credential ada_ = signed_up("ada@example.com");
};

TEST_F(LetterStore, a_letter_sets_a_new_password_once_and_ends_all_sessions) {
  const auto session = sessions_.open(ada_);
  const auto token = written(LetterKind::password_reset);
  EXPECT_EQ(token.size(), 43U);
  EXPECT_EQ(letters_.addressee(token).id, ada_.user.id);
  letters_.reset_password(token, hash_two);
  const auto after = users_.find(ada_.user.id);
  EXPECT_EQ(after.password_hash, hash_two);
  EXPECT_TRUE(after.user.email_verified);
  EXPECT_EQ(code_of([&] { sessions_.renew(session.refresh_token, Repeat::theft); }),
            unauthenticated);
  EXPECT_EQ(code_of([&] { letters_.reset_password(token, hash_one); }), not_found);
  EXPECT_EQ(code_of([&] { letters_.addressee(token); }), not_found);
  EXPECT_EQ(code_of([&] { sessions_.open(ada_); }), unauthenticated) << "the old password is out";
}

TEST_F(LetterStore, of_many_uses_at_once_one_sets_the_password) {
  const auto token = written(LetterKind::password_reset);
  EXPECT_EQ(refused(8, not_found, [&](int) { letters_.reset_password(token, hash_two); }), 7);
}

TEST_F(LetterStore, a_new_password_makes_older_letters_void) {
  const auto first = written(LetterKind::password_reset);
  const auto second = written(LetterKind::password_reset);
  letters_.reset_password(second, hash_two);
  EXPECT_EQ(code_of([&] { letters_.reset_password(first, hash_one); }), not_found);
  const auto third = written(LetterKind::password_reset);
  users_.change_password(users_.find(ada_.user.id), hash_one, {}, "", {});
  EXPECT_EQ(code_of([&] { letters_.reset_password(third, hash_two); }), not_found);
}

TEST_F(LetterStore, a_letter_grows_old) {
  const auto reset = written(LetterKind::password_reset);
  const auto verification = written(LetterKind::verification);
  run("UPDATE letters SET expires_at = expires_at - interval '1 hour'");
  EXPECT_EQ(code_of([&] { letters_.reset_password(reset, hash_two); }), not_found);
  EXPECT_NO_THROW(letters_.verify(verification));
  run("UPDATE letters SET expires_at = expires_at - interval '3 days'");
  EXPECT_EQ(code_of([&] { letters_.verify(verification); }), not_found);
  letters_.purge(1);
  EXPECT_EQ(number("SELECT count(*) FROM letters"), 1);
}

TEST_F(LetterStore, each_kind_opens_its_own_door) {
  const auto reset = written(LetterKind::password_reset);
  const auto verification = written(LetterKind::verification);
  EXPECT_EQ(code_of([&] { letters_.verify(reset); }), not_found);
  EXPECT_EQ(code_of([&] { letters_.reset_password(verification, hash_two); }), not_found);
  EXPECT_EQ(code_of([&] { letters_.addressee(verification); }), not_found);
}

TEST_F(LetterStore, verifying_again_changes_nothing) {
  const auto token = written(LetterKind::verification);
  letters_.verify(token);
  letters_.verify(token);
  const auto after = users_.find(ada_.user.id).user;
  EXPECT_TRUE(after.email_verified);
  EXPECT_EQ(after.version, 2);
}

TEST_F(LetterStore, nobody_gets_more_than_three_an_hour) {
  for (int i = 0; i < 3; ++i) EXPECT_NE(written(LetterKind::password_reset), "");
  EXPECT_EQ(written(LetterKind::password_reset), "");
  EXPECT_NE(written(LetterKind::verification), "");
  run("UPDATE tries SET expires_at = expires_at - interval '1 hour'");
  EXPECT_NE(written(LetterKind::password_reset), "");
}

TEST_F(LetterStore, an_address_without_an_account_gets_none_but_is_counted_alike) {
  EXPECT_FALSE(letters_.write(LetterKind::password_reset, "nobody@example.com"));
  EXPECT_EQ(number("SELECT count(*) FROM letters"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM tries"), 1);
}

TEST_F(LetterStore, the_secret_is_nowhere) {
  const auto token = written(LetterKind::password_reset);
  EXPECT_EQ(number("SELECT count(*) FROM letters l WHERE l::text LIKE '%" + token + "%'"), 0);
}

}  // namespace
}  // namespace user
