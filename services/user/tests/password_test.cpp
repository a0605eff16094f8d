#include "password.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "chassis/context.h"

namespace user {
namespace {

constexpr HashCosts cheap{8, 1, 4, 100};

TEST(Passwords, a_hash_matches_its_password_only) {
  Passwords passwords{cheap};
  const auto hash = passwords.hash("tea at four");
  EXPECT_EQ(hash.rfind("$argon2id$", 0), 0U);
  EXPECT_TRUE(passwords.matches(hash, "tea at four"));
  EXPECT_FALSE(passwords.matches(hash, "tea at five"));
  EXPECT_NE(passwords.hash("tea at four"), hash);
}

TEST(Passwords, nobody_has_the_password_of_an_account_that_is_not_there) {
  Passwords passwords{cheap};
  EXPECT_FALSE(passwords.matches("", ""));
  EXPECT_FALSE(passwords.matches("", "tea at four"));
}

TEST(Passwords, a_hash_at_other_costs_is_outdated) {
  Passwords before{cheap};
  Passwords now{HashCosts{16, 2, 4, 100}};
  const auto hash = before.hash("tea at four");
  EXPECT_FALSE(before.outdated(hash));
  EXPECT_TRUE(now.outdated(hash));
  EXPECT_TRUE(now.matches(hash, "tea at four"));
}

TEST(Passwords, no_more_are_hashed_at_a_time_than_allowed) {
  Passwords passwords{HashCosts{4096, 2, 2, 100}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) threads.emplace_back([&] { passwords.hash("tea at four"); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(passwords.load().most, 2U);
}

/// Whether hashing is refused with a hint to come back.
bool refused(Passwords& passwords) {
  try {
    passwords.hash("tea at four");
    return false;
  } catch (const chassis::Error& error) {
    return error.code() == chassis::ErrorCode::unavailable && error.retry_after() == 1;
  }
}

TEST(Passwords, nobody_waits_beyond_their_deadline_or_for_a_place_to_wait) {
  Passwords passwords{HashCosts{64 * 1024, 8, 1, 1}};  // slow: all of this happens meanwhile
  std::thread hashing{[&] { passwords.hash("tea at four"); }};
  while (passwords.load().running == 0) std::this_thread::yield();

  chassis::Context over;
  over.deadline = std::chrono::steady_clock::now();
  {
    const chassis::ContextScope scope{over};
    EXPECT_TRUE(refused(passwords));
  }
  std::thread waiting{[&] { EXPECT_FALSE(refused(passwords)); }};
  while (passwords.load().waiting == 0) std::this_thread::yield();
  EXPECT_TRUE(refused(passwords));
  hashing.join();
  waiting.join();
  EXPECT_EQ(passwords.load().most, 1U);
  EXPECT_EQ(passwords.load().running, 0U);
}

}  // namespace
}  // namespace user
