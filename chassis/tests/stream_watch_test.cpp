#include "stream_watch.h"

#include <thread>

#include "chassis/id.h"
#include "events_fixture.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;

constexpr auto consumer = "hall-shop-opened";

class Watch : public EventsTest {
 protected:
  void publish_to_stream(const std::string& body) {
    ASSERT_TRUE(stream_.publish({{new_id(), "serai.shop.opened.v1", body}}).sequences[0]);
  }
  std::string take() {
    const auto message = stream_.next(10s);
    EXPECT_TRUE(message) << "nothing came";
    if (!message) return "";
    stream_.acknowledge(*message);
    return message->body;
  }
  static void minutes_pass() {
    hall->exec("UPDATE chassis.event_consumers SET next_at = now() - interval '6 minutes'");
  }
  static int safe_sequence() {
    return hall->number("SELECT safe_sequence FROM chassis.event_consumers");
  }

  NatsLibrary library_;
  NatsStream stream_{nats_.url(), "test"};
  StreamWatch watch_{hall->database(), stream_, 168h, {{consumer, "serai.shop.opened.v1"}}};
};

TEST_F(Watch, a_lost_consumer_goes_on_from_what_was_dealt_with_minutes_ago) {
  watch_.look();
  watch_.keep_consumers();
  stream_.listen({consumer});
  for (const char* body : {"1", "2", "3"}) publish_to_stream(body);
  for (const char* body : {"1", "2", "3"}) EXPECT_EQ(take(), body);
  wait_until([&] { return stream_.floor(consumer) == 3; });
  watch_.keep_consumers();
  EXPECT_EQ(safe_sequence(), 0);  // what is new may be lost
  publish_to_stream("4");
  EXPECT_EQ(take(), "4");
  wait_until([&] { return stream_.floor(consumer) == 4; });
  minutes_pass();
  watch_.look();
  watch_.keep_consumers();
  EXPECT_EQ(safe_sequence(), 3);

  stream_.remove_consumer(consumer);
  watch_.keep_consumers();
  stream_.listen({consumer});
  EXPECT_EQ(take(), "4");
}

TEST_F(Watch, a_new_server_makes_only_what_was_dealt_with_minutes_ago_safe) {
  watch_.look();
  watch_.keep_consumers();
  publish_to_stream("1");
  stream_.listen({consumer});
  EXPECT_EQ(take(), "1");
  wait_until([&] { return stream_.floor(consumer) == 1; });
  watch_.keep_consumers();
  minutes_pass();
  // What the next reading would make safe was read just before the server died.
  hall->exec("UPDATE chassis.event_servers SET id = 'another run'");
  watch_.look();
  EXPECT_FALSE(stream_.floor(consumer));
  watch_.keep_consumers();
  watch_.keep_consumers();
  EXPECT_EQ(safe_sequence(), 0);
  stream_.listen({consumer});
  EXPECT_EQ(take(), "1");
}

TEST_F(Watch, an_epoch_lasts_as_long_as_stream_and_server) {
  const auto epoch = watch_.look();
  EXPECT_EQ(watch_.look(), epoch);
  hall->exec("UPDATE chassis.event_servers SET id = 'another run'");
  const auto next = watch_.look();
  EXPECT_GT(next, epoch);
  EXPECT_EQ(watch_.look(), next);
  stream_.remove();
  EXPECT_GT(watch_.look(), next);
}

TEST_F(Watch, replicas_begin_one_epoch_between_them) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      NatsStream stream{nats_.url(), "test"};
      StreamWatch watch{hall->database(), stream, 168h, {{consumer, "serai.shop.opened.v1"}}};
      EXPECT_EQ(watch.look(), 1);
      watch.keep_consumers();
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace chassis
