#include <mutex>
#include <set>

#include "chassis/auth.h"
#include "store_fixture.h"

namespace user {
namespace {

class SessionStore : public Stores {
 protected:
  bool over(const std::string& refresh_token) {
    return code_of([&] { sessions_.renew(refresh_token, Repeat::theft); }) == unauthenticated;
  }

  const Credential ada_ = signed_up("ada@example.com");
};

TEST_F(SessionStore, a_renewal_gives_another_token_of_the_same_person) {
  const auto first = sessions_.open(ada_);
  const auto second = sessions_.renew(first.refresh_token, Repeat::theft);
  EXPECT_NE(second.refresh_token, first.refresh_token);
  EXPECT_NE(second.token_id, first.token_id);
  EXPECT_EQ(second.refresh_token.size(), 43U);
  EXPECT_EQ(second.user.id, ada_.user.id);
  EXPECT_FALSE(over(second.refresh_token));
}

TEST_F(SessionStore, the_text_of_a_token_is_nowhere) {
  const auto first = sessions_.open(ada_);
  const auto second = sessions_.renew(first.refresh_token, Repeat::theft);
  for (const auto& token : {first.refresh_token, second.refresh_token}) {
    EXPECT_EQ(number("SELECT count(*) FROM refresh_tokens t WHERE t::text LIKE '%" + token + "%'"),
              0);
    EXPECT_EQ(number("SELECT count(*) FROM refresh_tokens WHERE token_hash = '" +
                     chassis::sha256_hex(token) + "'"),
              1);
  }
}

TEST_F(SessionStore, a_used_token_again_ends_the_session_and_no_other) {
  const auto other = sessions_.open(ada_);
  const auto first = sessions_.open(ada_);
  const auto second = sessions_.renew(first.refresh_token, Repeat::theft);
  EXPECT_TRUE(over(first.refresh_token));
  EXPECT_TRUE(over(second.refresh_token));
  EXPECT_FALSE(over(other.refresh_token));
}

TEST_F(SessionStore, of_many_renewals_at_once_one_wins_and_the_session_ends) {
  for (int round = 0; round < 10; ++round) {
    const auto first = sessions_.open(ada_);
    std::mutex mutex;
    std::vector<std::string> won;
    EXPECT_EQ(refused(8, unauthenticated,
                      [&](int) {
                        auto pair = sessions_.renew(first.refresh_token, Repeat::theft);
                        const std::lock_guard lock{mutex};
                        won.push_back(pair.refresh_token);
                      }),
              7);
    ASSERT_EQ(won.size(), 1U);
    EXPECT_TRUE(over(won.front()));
  }
  EXPECT_EQ(number("SELECT count(*) FROM sessions"), 0);
}

TEST_F(SessionStore, tabs_that_renew_at_once_end_up_with_one_token) {
  const auto first = sessions_.open(ada_);
  std::mutex mutex;
  std::set<std::string> tokens;
  EXPECT_EQ(refused(8, unauthenticated,
                    [&](int) {
                      auto pair = sessions_.renew(first.refresh_token, Repeat::allowed);
                      const std::lock_guard lock{mutex};
                      tokens.insert(pair.refresh_token);
                    }),
            0);
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(number("SELECT count(*) FROM refresh_tokens"), 2);
  EXPECT_FALSE(over(*tokens.begin()));
}

TEST_F(SessionStore, within_the_grace_even_an_older_token_leads_to_the_unused_one) {
  const auto first = sessions_.open(ada_);
  const auto second = sessions_.renew(first.refresh_token, Repeat::allowed);
  const auto third = sessions_.renew(second.refresh_token, Repeat::allowed);
  const auto again = sessions_.renew(first.refresh_token, Repeat::allowed);
  EXPECT_EQ(again.refresh_token, third.refresh_token);
  EXPECT_EQ(again.token_id, third.token_id);
}

TEST_F(SessionStore, after_the_grace_a_used_token_is_stolen) {
  const auto first = sessions_.open(ada_);
  const auto second = sessions_.renew(first.refresh_token, Repeat::allowed);
  run("UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds'");
  EXPECT_EQ(code_of([&] { sessions_.renew(first.refresh_token, Repeat::allowed); }),
            unauthenticated);
  EXPECT_TRUE(over(second.refresh_token));
}

TEST_F(SessionStore, the_grace_is_for_pages_only) {
  const auto first = sessions_.open(ada_);
  sessions_.renew(first.refresh_token, Repeat::allowed);
  EXPECT_TRUE(over(first.refresh_token));
  EXPECT_EQ(number("SELECT count(*) FROM sessions"), 0);
}

TEST_F(SessionStore, signing_out_ends_one_session_by_any_of_its_tokens) {
  const auto first = sessions_.open(ada_);
  const auto other = sessions_.open(ada_);
  const auto third = sessions_.open(ada_);
  const auto second = sessions_.renew(first.refresh_token, Repeat::theft);
  sessions_.close(first.refresh_token);
  sessions_.close(first.refresh_token);
  sessions_.close("unknown");
  EXPECT_TRUE(over(second.refresh_token));
  sessions_.close_token(ada_.user.id, third.token_id);
  sessions_.close_token(ada_.user.id, "no uuid");
  EXPECT_TRUE(over(third.refresh_token));
  EXPECT_FALSE(over(other.refresh_token));
}

TEST_F(SessionStore, nobody_signs_somebody_else_out) {
  const auto hers = sessions_.open(ada_);
  sessions_.close_token(signed_up("eve@example.com").user.id, hers.token_id);
  EXPECT_FALSE(over(hers.refresh_token));
}

TEST_F(SessionStore, signing_out_everywhere_ends_all_of_one_person) {
  const auto eves = sessions_.open(signed_up("eve@example.com"));
  const auto here = sessions_.open(ada_);
  const auto there = sessions_.open(ada_);
  sessions_.close_all(ada_.user.id);
  EXPECT_TRUE(over(here.refresh_token));
  EXPECT_TRUE(over(there.refresh_token));
  EXPECT_FALSE(over(eves.refresh_token));
}

TEST_F(SessionStore, renewals_move_the_end_on_but_not_beyond_the_last) {
  const auto first = sessions_.open(ada_);
  run("UPDATE sessions SET created_at = now() - interval '80 days', expires_at = now() + interval "
      "'1 day', ends_at = now() + interval '10 days'");
  const auto second = sessions_.renew(first.refresh_token, Repeat::theft);
  EXPECT_EQ(number("SELECT (expires_at = ends_at)::int FROM sessions"), 1);
  run("UPDATE sessions SET expires_at = now() - interval '1 second'");
  EXPECT_TRUE(over(second.refresh_token));
}

TEST_F(SessionStore, purging_takes_what_is_over_a_batch_at_a_time) {
  for (int i = 0; i < 3; ++i) sessions_.open(ada_);
  run("UPDATE sessions SET created_at = now() - interval '9 days', expires_at = now() - interval "
      "'1 day'");
  const auto first = sessions_.open(ada_);
  const auto second = sessions_.renew(first.refresh_token, Repeat::theft);
  sessions_.purge(2);
  EXPECT_EQ(number("SELECT count(*) FROM sessions"), 2);
  EXPECT_EQ(number("SELECT count(nonce) FROM refresh_tokens"), 1);
  run("UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds'");
  sessions_.purge(2);
  EXPECT_EQ(number("SELECT count(*) FROM sessions"), 1);
  EXPECT_EQ(number("SELECT count(nonce) FROM refresh_tokens"), 0);
  run("UPDATE refresh_tokens SET used_at = used_at - interval '31 days'");
  sessions_.purge(2);
  EXPECT_EQ(number("SELECT count(*) FROM refresh_tokens"), 1);
  EXPECT_FALSE(over(second.refresh_token));
}

}  // namespace
}  // namespace user
