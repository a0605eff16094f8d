#include "chassis/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>
#include <vector>

#include "db_fixture.h"
#include "raw_server.h"

namespace chassis {
namespace {

using ::testing::ElementsAre;

/// What a listener told, in order; a gap as "(gap)".
class Heard {
 public:
  auto callback() {
    return [this](const std::string& payload, bool gap) {
      const std::lock_guard lock{mutex_};
      list_.push_back(gap ? "(gap)" : payload);
    };
  }
  std::vector<std::string> list() const {
    const std::lock_guard lock{mutex_};
    return list_;
  }
  std::size_t size() const { return list().size(); }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> list_;
};

class ListenerTest : public DatabaseTest {
 protected:
  static void notify(const std::string& channel, const std::string& payload) {
    constexpr Statement statement{"test.notify", "SELECT pg_notify($1, $2)"};
    database().read(
        [&](Transaction& transaction) { transaction.run(statement, channel, payload); });
  }
  static void start(Listener& listener) {
    listener.start();
    wait_until([&] { return listener.connected(); });
  }
  /// Ends the sessions of all listeners of this test's database.
  static void cut_off() {
    constexpr Statement end{
        "test.cut_off",
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE application_name = 'listener' AND datname = current_database()"};
    database().read([&](Transaction& transaction) { transaction.run(end); });
  }

  Heard heard_;
};

TEST_F(ListenerTest, hears_what_is_sent_to_its_channels_in_order) {
  Heard other;
  Heard same;
  Listener listener{shared->url()};
  listener.on("teas", heard_.callback());
  listener.on("teas", same.callback());
  listener.on("Cups \"of\" tea", other.callback());
  start(listener);
  notify("teas", "assam");
  notify("spoons", "silver");
  notify("Cups \"of\" tea", "blue");
  notify("teas", "");
  notify("teas", "darjeeling");
  wait_until([&] { return same.size() == 4; });
  EXPECT_THAT(heard_.list(), ElementsAre("(gap)", "assam", "", "darjeeling"));
  EXPECT_EQ(same.list(), heard_.list());
  EXPECT_THAT(other.list(), ElementsAre("(gap)", "blue"));
}

TEST_F(ListenerTest, hears_every_notification_sent_once_it_is_connected) {
  for (int i = 0; i < 20; ++i) {
    Heard heard;
    Listener listener{shared->url()};
    listener.on("teas", heard.callback());
    start(listener);
    notify("teas", "assam");
    wait_until([&] { return heard.size() == 2; });
    EXPECT_THAT(heard.list(), ElementsAre("(gap)", "assam"));
  }
}

TEST_F(ListenerTest, tells_a_gap_when_the_connection_is_lost_and_another_when_it_is_back) {
  Listener listener{shared->url()};
  listener.on("teas", heard_.callback());
  start(listener);
  for (std::size_t lost = 1; lost <= 3; ++lost) {
    cut_off();
    wait_until([&] { return heard_.size() == 1 + 2 * lost && listener.connected(); });
  }
  notify("teas", "assam");
  wait_until([&] { return heard_.list().back() == "assam"; });
  EXPECT_EQ(heard_.size(), 8U);
}

TEST_F(ListenerTest, goes_on_when_a_callback_throws) {
  Listener listener{shared->url()};
  listener.on("teas", [](const std::string&, bool) { throw std::runtime_error{"spilled"}; });
  listener.on("teas", heard_.callback());
  start(listener);
  notify("teas", "assam");
  wait_until([&] { return heard_.size() == 2; });
  EXPECT_TRUE(listener.connected());
}

TEST_F(ListenerTest, a_channel_cannot_be_added_later) {
  Listener listener{shared->url()};
  listener.on("teas", heard_.callback());
  listener.start();
  EXPECT_THROW(listener.on("cups", heard_.callback()), std::logic_error);
}

std::string database_url(const testing::RawServer& server) {
  return "postgresql://nobody:secret@" + server.url().substr(std::string{"http://"}.size());
}

TEST(Listener, needs_no_connection_without_a_channel) {
  const testing::RawServer silent{[](auto&, const std::string&, int) {}};
  Listener idle{database_url(silent)};
  idle.start();
  Listener busy{database_url(silent)};
  busy.on("teas", [](const std::string&, bool) {});
  busy.start();
  wait_until([&] { return silent.connection_count() > 0; });
  EXPECT_EQ(silent.connection_count(), 1U);
}

TEST(Listener, stops_at_once_while_the_database_is_away_or_silent) {
  const auto ignore = [](const std::string&, bool) {};
  const testing::RawServer silent{[](auto&, const std::string&, int) {}};
  for (const auto& url :
       {database_url(silent), std::string{"postgresql://nobody:secret@127.0.0.1:1/shop"},
        std::string{"nonsense"}}) {
    Listener listener{url};
    listener.on("teas", ignore);
    listener.start();
    EXPECT_FALSE(listener.connected());
  }
  wait_until([&] { return silent.connection_count() == 1; });
}

}  // namespace
}  // namespace chassis
