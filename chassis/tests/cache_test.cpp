#include "chassis/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <latch>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "chassis/listener.h"
#include "chassis/testing/metrics.h"
#include "db_fixture.h"

namespace chassis {
namespace {

constexpr std::size_t plenty = 1'000'000;

/// A cache of teas by name, whose rows tell of their changes by a trigger.
class CacheTest : public DatabaseTest {
 protected:
  static void SetUpTestSuite() {
    DatabaseTest::SetUpTestSuite();
    exec(
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_notify('teas', NEW.name); RETURN NEW; END $$;"
        "CREATE TRIGGER tell AFTER INSERT OR UPDATE ON teas FOR EACH ROW EXECUTE FUNCTION tell()");
  }

  void SetUp() override {
    DatabaseTest::SetUp();
    exec("INSERT INTO teas (name, grams) VALUES ('assam', 1), ('oolong', 1)");
    // Called after the cache's own callback: what is counted here has reached the cache.
    listener_.on("teas", [this](const std::string&, bool gap) { ++(gap ? gaps_ : changes_); });
    listener_.start();
    wait_until([&] { return listener_.connected(); });
  }

  /// The listener hears it as it hears another replica: over its own connection.
  static void change(const std::string& name, int grams) {
    exec("UPDATE teas SET grams = " + std::to_string(grams) + " WHERE name = '" + name + "'");
  }
  /// Returns once the cache has heard of it.
  void change_and_wait(const std::string& name, int grams) {
    const auto before = changes_.load();
    change(name, grams);
    wait_until([&] { return changes_ > before; });
  }
  std::string load(const std::string& name) {
    constexpr Statement grams{"test.grams", "SELECT grams FROM teas WHERE name = $1"};
    ++loads_;
    return database().read([&](Transaction& transaction) {
      return transaction.one(grams, "no such tea", name)[0].as<std::string>();
    });
  }
  std::string get(const std::string& name) {
    return cache_.get(name, [&] { return load(name); });
  }
  double series(const std::string& metric) const {
    return testing::metric(metric + "{cache=\"" + name_ + "\"}").value_or(0);
  }

  inline static int tests_run = 0;
  /// A name of its own for each run of a test, so that its metrics start at nothing.
  const std::string name_ = "cache-" + std::to_string(++tests_run);
  std::atomic<int> loads_ = 0;
  std::atomic<int> changes_ = 0;
  std::atomic<int> gaps_ = 0;
  Listener listener_{shared->url()};
  Cache cache_{name_, plenty, listener_, "teas"};
};

TEST_F(CacheTest, a_text_is_loaded_once_and_then_held) {
  EXPECT_FALSE(cache_.peek("assam"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("assam"), "1");
  EXPECT_EQ(cache_.peek("assam"), "1");
  EXPECT_EQ(loads_, 1);
  EXPECT_EQ(series("cache_misses_total"), 1);
  EXPECT_EQ(series("cache_hits_total"), 3);
}

TEST_F(CacheTest, a_change_made_elsewhere_is_seen) {
  get("assam");
  get("oolong");
  change_and_wait("assam", 2);
  EXPECT_FALSE(cache_.peek("assam"));
  EXPECT_TRUE(cache_.peek("oolong"));
  EXPECT_EQ(get("assam"), "2");
}

TEST_F(CacheTest, an_empty_payload_forgets_everything) {
  get("assam");
  get("oolong");
  exec("NOTIFY teas");
  wait_until([&] { return changes_ == 1; });
  EXPECT_FALSE(cache_.peek("assam"));
  EXPECT_FALSE(cache_.peek("oolong"));
  EXPECT_EQ(series("cache_bytes"), 0);
}

TEST_F(CacheTest, what_this_replica_forgets_is_loaded_anew) {
  get("assam");
  get("oolong");
  cache_.forget("assam");
  EXPECT_FALSE(cache_.peek("assam"));
  EXPECT_TRUE(cache_.peek("oolong"));
  cache_.clear();
  EXPECT_FALSE(cache_.peek("oolong"));
}

/// A load that has read the database and waits to be let go.
class HeldLoad {
 public:
  explicit HeldLoad(std::function<std::string()> read)
      : load_{[this, read = std::move(read)] {
          auto text = read();
          has_read_.count_down();
          go_.wait();
          return text;
        }} {}
  const std::function<std::string()>& function() const { return load_; }
  void await() { has_read_.wait(); }
  void let_go() { go_.count_down(); }

 private:
  std::latch has_read_{1};
  std::latch go_{1};
  std::function<std::string()> load_;
};

TEST_F(CacheTest, a_load_that_a_change_overtook_is_not_kept) {
  HeldLoad held{[&] { return load("assam"); }};
  auto waiting =
      std::async(std::launch::async, [&] { return cache_.get("assam", held.function()); });
  held.await();
  change_and_wait("assam", 2);
  // Who asks after the change does not wait for the load from before it.
  EXPECT_EQ(get("assam"), "2");
  held.let_go();
  EXPECT_EQ(waiting.get(), "1") << "it asked before the change";
  EXPECT_EQ(cache_.peek("assam"), "2") << "and does not replace what came after";
}

TEST_F(CacheTest, an_overtaken_load_is_not_kept_even_when_nobody_asks_again) {
  for (const auto how : {0, 1, 2, 3}) {
    HeldLoad held{[&] { return load("assam"); }};
    auto waiting =
        std::async(std::launch::async, [&] { return cache_.get("assam", held.function()); });
    held.await();
    if (how == 0) change_and_wait("assam", 2);
    if (how == 1) cache_.forget("assam");
    if (how == 2) cache_.clear();
    if (how == 3) change_and_wait("oolong", 2);
    held.let_go();
    waiting.get();
    EXPECT_EQ(cache_.peek("assam").has_value(), how == 3) << how;
  }
}

TEST_F(CacheTest, threads_that_ask_at_once_share_one_load) {
  constexpr int count = 8;
  HeldLoad held{[&] { return load("assam"); }};
  std::vector<std::future<std::string>> answers;
  answers.reserve(count);
  for (int i = 0; i < count; ++i) {
    answers.push_back(
        std::async(std::launch::async, [&] { return cache_.get("assam", held.function()); }));
  }
  wait_until([&] { return series("cache_misses_total") == count; });
  held.let_go();
  for (auto& answer : answers) EXPECT_EQ(answer.get(), "1");
  EXPECT_EQ(loads_, 1);
}

TEST_F(CacheTest, a_failed_load_fails_all_who_wait_and_is_not_kept) {
  constexpr int count = 4;
  HeldLoad held{[] { return std::string{}; }};
  const auto fail = [&]() -> std::string {
    held.function()();
    throw Error{ErrorCode::unavailable, "the kettle is cold"};
  };
  std::vector<std::future<std::string>> answers;
  answers.reserve(count);
  for (int i = 0; i < count; ++i) {
    answers.push_back(std::async(std::launch::async, [&] { return cache_.get("assam", fail); }));
  }
  wait_until([&] { return series("cache_misses_total") == count; });
  held.let_go();
  for (auto& answer : answers) {
    EXPECT_EQ(code_of([&] { answer.get(); }), ErrorCode::unavailable);
  }
  EXPECT_EQ(get("assam"), "1");
}

TEST_F(CacheTest, nobody_waits_for_anothers_load_beyond_the_own_deadline) {
  HeldLoad held{[&] { return load("assam"); }};
  auto loading =
      std::async(std::launch::async, [&] { return cache_.get("assam", held.function()); });
  held.await();
  {
    const Within time{std::chrono::milliseconds{20}};
    EXPECT_EQ(code_of([&] { get("assam"); }), ErrorCode::timeout);
  }
  held.let_go();
  EXPECT_EQ(loading.get(), "1");
}

TEST_F(CacheTest, a_cache_may_go_before_its_listener) {
  Listener listener{shared->url()};
  std::atomic<int> heard = 0;
  {
    Cache short_lived{"short", plenty, listener, "teas"};
    listener.on("teas", [&](const std::string&, bool) { ++heard; });
    listener.start();
    wait_until([&] { return listener.connected(); });
  }
  change("assam", 2);
  wait_until([&] { return heard == 2; });
}

/// Keeps everybody out of the test's database, except those who are in.
class ClosedDoor {
 public:
  ClosedDoor() { set("false"); }
  ~ClosedDoor() { set("true"); }
  ClosedDoor(const ClosedDoor&) = delete;
  ClosedDoor& operator=(const ClosedDoor&) = delete;

  static void set(const std::string& open) {
    const auto& url = CacheDatabase::url();
    const auto begin = url.rfind('/') + 1;
    const auto name = url.substr(begin, std::min(url.find('?'), url.size()) - begin);
    Database server{std::getenv("TEST_DATABASE_URL"), "door"};
    server.read([&](Transaction& transaction) {
      transaction.exec("ALTER DATABASE \"" + name + "\" ALLOW_CONNECTIONS " + open);
    });
  }

  struct CacheDatabase : DatabaseTest {
    static const std::string& url() { return shared->url(); }
  };
};

TEST_F(CacheTest, holds_nothing_while_changes_cannot_be_heard) {
  get("assam");
  HeldLoad held{[&] { return load("oolong"); }};
  auto overtaken =
      std::async(std::launch::async, [&] { return cache_.get("oolong", held.function()); });
  held.await();
  {
    const ClosedDoor closed;
    exec(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE application_name = 'listener' AND datname = current_database()");
    wait_until([&] { return gaps_ == 2; });
    EXPECT_FALSE(listener_.connected());
    EXPECT_FALSE(cache_.peek("assam"));
    change("assam", 2);
    loads_ = 0;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(get("assam"), "2");
    EXPECT_EQ(loads_, 3);
    EXPECT_FALSE(cache_.peek("assam"));
    EXPECT_EQ(series("cache_bytes"), 0);
  }
  wait_until([&] { return listener_.connected(); });
  held.let_go();
  overtaken.get();
  EXPECT_FALSE(cache_.peek("oolong")) << "it was loaded before the gap";
  EXPECT_EQ(get("assam"), "2");
  EXPECT_EQ(cache_.peek("assam"), "2");
}

TEST_F(CacheTest, threads_never_see_a_value_older_than_the_change_they_know_of) {
  std::atomic<int> known = 1;  // every replica has heard of this one
  std::atomic<bool> over = false;
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!over) {
        const auto least = known.load();
        EXPECT_GE(std::stoi(get("assam")), least);
        cache_.peek("oolong");
      }
    });
  }
  for (int grams = 2; grams <= 60; ++grams) {
    change_and_wait("assam", grams);
    known = grams;
  }
  over = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(get("assam"), "60");
}

/// How much the cache holds: no database is asked, the texts are made up.
class CacheBound : public CacheTest {
 protected:
  static constexpr std::size_t value_bytes = 1'000;
  /// Room for three such entries and not for four.
  static constexpr std::size_t bytes_max = 3 * (1 + value_bytes + 128);

  std::string put(const std::string& key, std::size_t bytes = value_bytes) {
    return small_.get(key, [&] { return std::string(bytes, 'x'); });
  }
  double bytes() const { return testing::metric("cache_bytes{cache=\"small\"}").value(); }

  Cache small_{"small", bytes_max, listener_, "cups"};
};

TEST_F(CacheBound, the_least_recently_used_goes_first) {
  put("a");
  put("b");
  put("c");
  EXPECT_EQ(bytes(), bytes_max);
  small_.peek("a");
  put("b");
  put("d");
  EXPECT_FALSE(small_.peek("c"));
  for (const auto* key : {"a", "b", "d"}) EXPECT_TRUE(small_.peek(key)) << key;
  EXPECT_EQ(bytes(), bytes_max);
}

TEST_F(CacheBound, a_text_that_does_not_fit_is_given_and_drives_nothing_out) {
  put("a");
  EXPECT_EQ(put("b", bytes_max).size(), bytes_max);
  EXPECT_FALSE(small_.peek("b"));
  EXPECT_TRUE(small_.peek("a"));
}

TEST_F(CacheBound, the_bound_holds_whatever_comes_and_goes) {
  std::mt19937 generator{7};
  const auto up_to = [&](unsigned most) { return generator() % most; };
  for (int i = 0; i < 500; ++i) {
    const auto key = std::string(1 + up_to(3), static_cast<char>('a' + up_to(6)));
    put(key, up_to(1'500));
    if (up_to(3) == 0) small_.forget(key);
    ASSERT_LE(bytes(), bytes_max);
  }
  for (char c = 'a'; c <= 'f'; ++c) {
    for (std::size_t length = 1; length <= 3; ++length) small_.forget(std::string(length, c));
  }
  EXPECT_EQ(bytes(), 0);
}

}  // namespace
}  // namespace chassis
