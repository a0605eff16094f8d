#include "chassis/id.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "chassis/clock.h"

namespace chassis {
namespace {

std::int64_t milliseconds_now() {
  return std::chrono::floor<std::chrono::milliseconds>(system_clock().now())
      .time_since_epoch()
      .count();
}

/// The first 48 bits of a UUIDv7.
std::int64_t milliseconds_of(const std::string& id) {
  return std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
}

TEST(Id, a_new_id_is_a_version_7_uuid_of_this_moment) {
  const auto before = milliseconds_now();
  const auto id = new_id();
  const auto after = milliseconds_now();
  EXPECT_TRUE(is_uuid(id)) << id;
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string_view{"89ab"}.find(id[19]), std::string_view::npos) << id;
  EXPECT_LE(before, milliseconds_of(id));
  EXPECT_GE(after, milliseconds_of(id));
}

TEST(Id, an_id_of_a_later_millisecond_sorts_later) {
  const auto first = new_id();
  auto second = new_id();
  while (milliseconds_of(second) == milliseconds_of(first)) second = new_id();
  EXPECT_LT(first, second);
}

TEST(Id, ids_of_many_threads_are_all_different) {
  std::mutex mutex;
  std::set<std::string> all;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      std::vector<std::string> mine;
      for (int i = 0; i < 5000; ++i) mine.push_back(new_id());
      const std::lock_guard lock{mutex};
      all.insert(mine.begin(), mine.end());
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(all.size(), 20'000U);
}

TEST(Id, a_seeded_id_is_the_same_everywhere_and_for_ever) {
  // SHA-256 of "4:demo7:product7" begins with 1f73cc7a6e69b84d20be1860d0b963b6; b became the
  // version, 2 the variant.
  EXPECT_EQ(seeded_id("demo", "product", 7), "1f73cc7a-6e69-884d-a0be-1860d0b963b6");
}

TEST(Id, a_seeded_id_differs_by_seed_kind_and_number) {
  const std::set<std::string> all{seeded_id("demo", "product", 1), seeded_id("demo", "product", 11),
                                  seeded_id("demo", "product1", 1), seeded_id("demop", "roduct", 1),
                                  seeded_id("test", "product", 1)};
  EXPECT_EQ(all.size(), 5U);
  for (const auto& id : all) {
    EXPECT_TRUE(is_uuid(id)) << id;
    EXPECT_EQ(id[14], '8');
    EXPECT_NE(std::string_view{"89ab"}.find(id[19]), std::string_view::npos) << id;
  }
}

TEST(Id, only_the_canonical_form_is_a_uuid) {
  EXPECT_TRUE(is_uuid("0192f0c1-2345-7abc-8def-0123456789ab"));
  for (const auto* text :
       {"", "0192F0C1-2345-7ABC-8DEF-0123456789AB", "0192f0c123457abc8def0123456789ab",
        "{0192f0c1-2345-7abc-8def-0123456789ab}", "0192f0c1-2345-7abc-8def-0123456789a",
        "0192f0c1-2345-7abc-8def-0123456789abc", "0192f0c1-2345-7abc-8def-0123456789ag",
        "0192f0c1-2345-7abc-8de-f0123456789ab"}) {
    EXPECT_FALSE(is_uuid(text)) << text;
  }
}

TEST(Id, a_token_holds_as_many_bytes_as_asked_for) {
  EXPECT_EQ(random_token(0), "");
  EXPECT_EQ(random_token(1).size(), 2U);
  EXPECT_EQ(random_token(32).size(), 43U);
  EXPECT_EQ(random_token(33).size(), 44U);
  EXPECT_NE(random_token(32), random_token(32));
  EXPECT_EQ(random_token(600).find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

}  // namespace
}  // namespace chassis
