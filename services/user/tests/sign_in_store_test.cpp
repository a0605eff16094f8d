#include "store_fixture.h"

namespace user {
namespace {

class SignInStore : public Stores {
 protected:
  /// Seconds to wait; 0 when the try was counted.
  int wait(const Try& attempt) {
    try {
      tries_.count(attempt);
      return 0;
    } catch (const chassis::Error& error) {
      EXPECT_EQ(error.code(), too_many) << error.what();
      return error.retry_after().value_or(-1);
    }
  }

  /// The longest wait that was set when a try was counted, in seconds.
  std::int64_t delay() {
    return number(
        "SELECT greatest(0, round(max(extract(epoch FROM next_at - expires_at + interval '1 "
        "hour'))))::int FROM "
        "tries");
  }

  /// So many tries, of which only the last makes the next one wait.
  void expect_free(const Try& attempt, int count) {
    for (int i = 1; i < count; ++i) EXPECT_EQ(wait(attempt), 0);
    EXPECT_EQ(delay(), 0);
    EXPECT_EQ(wait(attempt), 0);
    EXPECT_EQ(delay(), 1);
  }

  /// Makes the waits of now last an hour, however slow this test is.
  void hold() {
    run("UPDATE tries SET next_at = next_at + interval '1 hour', expires_at = expires_at + "
        "interval "
        "'1 hour' WHERE next_at > expires_at - interval '3599.5 seconds'");
  }

  void let_pass(const std::string& time) {
    run("UPDATE tries SET next_at = next_at - interval '" + time +
        "', expires_at = expires_at - interval '" + time + "'");
  }

  const Try home_{"ada@example.com", "192.0.2.7"};
  const Try away_{"ada@example.com", "198.51.100.9"};
};

TEST_F(SignInStore, the_sixth_wrong_try_has_to_wait) {
  expect_free(home_, 5);
  hold();
  EXPECT_GT(wait(home_), 3500);
  EXPECT_GT(wait(home_), 3500);
  EXPECT_EQ(number("SELECT max(count) FROM tries"), 5) << "being refused prolongs nothing";
  EXPECT_EQ(wait(away_), 0) << "another network has its own tries";
  EXPECT_EQ(wait({"eve@example.com", home_.network}), 0) << "and so has another account";
}

TEST_F(SignInStore, the_wait_doubles_and_stays_below_a_minute) {
  std::vector<std::int64_t> delays;
  for (int i = 0; i < 13; ++i) {
    EXPECT_EQ(wait(home_), 0);
    delays.push_back(delay());
    let_pass("1 minute");
  }
  EXPECT_EQ(delays, (std::vector<std::int64_t>{0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60}));
}

TEST_F(SignInStore, tries_at_the_same_time_are_counted_one_by_one) {
  EXPECT_EQ(wait(home_), 0);
  run("UPDATE tries SET count = 20");
  EXPECT_EQ(refused(16, too_many, [&](int) { tries_.count(home_); }), 15);
}

TEST_F(SignInStore, the_right_password_forgets_the_wrong_ones) {
  const auto ada = signed_up("ada@example.com");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(wait(home_), 0);
  tries_.forget(home_, ada.user.id);
  expect_free(home_, 5);
}

TEST_F(SignInStore, an_hour_forgets_as_well) {
  expect_free(home_, 5);
  let_pass("61 minutes");
  expect_free(home_, 5);
}

TEST_F(SignInStore, guesses_from_everywhere_slow_strangers_and_not_the_owner) {
  const auto ada = signed_up("ada@example.com");
  EXPECT_EQ(wait(home_), 0);
  tries_.forget(home_, ada.user.id);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(wait({"ada@example.com", "203.0.113." + std::to_string(i)}), 0);
  }
  hold();
  EXPECT_GT(wait(away_), 0);
  EXPECT_GT(wait({"ada@example.com", ""}), 0) << "an unknown network is no known one";
  EXPECT_EQ(wait(home_), 0);
}

TEST_F(SignInStore, an_address_without_an_account_is_slowed_in_the_same_way) {
  expect_free({"nobody@example.com", home_.network}, 5);
  hold();
  EXPECT_GT(wait({"nobody@example.com", home_.network}), 0);
}

TEST_F(SignInStore, a_try_that_nobody_looked_at_does_not_count) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(wait(home_), 0);
    tries_.take_back(home_);
  }
  expect_free(home_, 5);
}

TEST_F(SignInStore, no_address_stands_in_the_table) {
  wait(home_);
  EXPECT_EQ(
      number("SELECT count(*) FROM tries t WHERE t::text LIKE '%ada%' OR t::text LIKE '%192.0%'"),
      0);
  EXPECT_EQ(number("SELECT count(*) FROM tries"), 2);
}

TEST_F(SignInStore, purging_takes_what_has_expired_a_batch_at_a_time) {
  const auto ada = signed_up("ada@example.com");
  tries_.forget(home_, ada.user.id);
  wait(away_);
  let_pass("61 minutes");
  wait(home_);
  tries_.purge(1);
  EXPECT_EQ(number("SELECT count(*) FROM tries"), 2);
  tries_.purge(1);
  EXPECT_EQ(number("SELECT count(*) FROM tries"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM known_networks"), 1);
  run("UPDATE known_networks SET seen_at = seen_at - interval '31 days'");
  tries_.purge(1);
  EXPECT_EQ(number("SELECT count(*) FROM known_networks"), 0);
}

}  // namespace
}  // namespace user
