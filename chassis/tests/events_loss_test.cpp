#include <gmock/gmock.h>

#include <filesystem>
#include <random>
#include <thread>

#include "chassis/events.h"
#include "events_fixture.h"
#include "outbox.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Words = std::vector<std::string>;

/// What NATS may lose, and what must not be lost with it.
class Loss : public EventsTest {
 protected:
  /// What a service hears that has heard nothing yet: what is in the stream.
  Words heard_by_a_newcomer(std::size_t count) const {
    EventService newcomer{"newcomer"};
    const EventReplica hears{newcomer, nats_.url(), {{"shop.opened", hear}}};
    wait_until([&] { return newcomer.heard_count() >= static_cast<int>(count); });
    return newcomer.heard();
  }
  static void wait_until_sent_again() {
    wait_until([] {
      return shop->number("SELECT count(*) FROM chassis.event_servers") == 2 &&
             shop->text("SELECT resend_until FROM chassis.event_stream").empty() &&
             shop->unsent_count() == 0;
    });
  }
  fs::path files(const std::string& part = "") const {
    return fs::path{nats_.folder()} / "jetstream/$G/streams/serai" / part;
  }
  static void copy(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }
  /// As if all that happened so far had happened an hour ago.
  static void an_hour_passes() {
    shop->exec(
        "UPDATE chassis.outbox SET sent_at = sent_at - interval '1 hour',"
        " first_sent_at = first_sent_at - interval '1 hour';"
        "UPDATE chassis.event_stream SET began_at = began_at - interval '1 hour'");
  }
};

TEST_F(Loss, what_is_published_while_nats_is_away_is_heard_when_it_is_back) {
  nats_.stop();
  const auto hears = hearer();
  const auto tells = teller();
  tell(1, 20);
  EXPECT_EQ(shop->unsent_count(), 20);
  nats_.start();
  wait_until_heard(numbers(1, 20));
  nats_.kill();
  tell(21, 30);
  nats_.start();
  wait_until_heard(numbers(1, 30));
}

TEST_F(Loss, nothing_is_lost_or_applied_twice_when_nats_dies_and_its_data_is_deleted) {
  const auto hears = hearer();
  const auto tells = teller();
  tell(1, 50);
  wait_until_heard(numbers(1, 50));
  wait_until_sent();
  nats_.kill();
  nats_.erase();
  tell(51, 60);
  nats_.start();
  EXPECT_EQ(heard_by_a_newcomer(60), numbers(1, 60));
  wait_until_all_is_taken();
  wait_until_heard(numbers(1, 60));
}

TEST_F(Loss, nothing_is_lost_when_the_data_is_deleted_under_a_running_server) {
  const auto hears = hearer();
  const auto tells = teller();
  tell(1, 50);
  wait_until_heard(numbers(1, 50));
  nats_.erase();
  tell(51, 60);
  wait_until_sent();
  nats_.kill();
  nats_.start();
  EXPECT_EQ(heard_by_a_newcomer(60), numbers(1, 60));
  wait_until_all_is_taken();
  wait_until_heard(numbers(1, 60));
}

TEST_F(Loss, a_stream_that_somebody_removes_is_made_and_filled_again) {
  const auto hears = hearer();
  const auto tells = teller();
  tell(1, 20);
  wait_until_heard(numbers(1, 20));
  {
    const NatsLibrary library;
    NatsStream{nats_.url(), "test"}.remove();
  }
  tell(21, 25);
  EXPECT_EQ(heard_by_a_newcomer(25), numbers(1, 25));
  wait_until_all_is_taken();
  wait_until_heard(numbers(1, 25));
}

TEST_F(Loss, a_consumer_that_somebody_removes_is_made_again) {
  const auto hears = hearer();
  const auto tells = teller();
  tell(1, 5);
  wait_until_heard(numbers(1, 5));
  {
    const NatsLibrary library;
    NatsStream{nats_.url(), "test"}.remove_consumer("hall-shop-opened");
  }
  tell(6, 10);
  wait_until_heard(numbers(1, 10));
  wait_until_all_is_taken();
  EXPECT_EQ(hall->heard_count(), 10);
}

TEST_F(Loss, two_replicas_on_both_sides_get_everything_through_a_nats_that_dies_again_and_again) {
  const auto hears = hearer();
  const auto also_hears = hearer();
  const auto tells = teller();
  const auto also_tells = teller();
  std::thread load{[] {
    for (int n = 1; n <= 400; ++n) tell(n, n);
  }};
  std::minstd_rand random{7};
  for (int deaths = 0; deaths < 6; ++deaths) {
    const auto more = hall->heard_count() + 1 + static_cast<int>(random() % 30);
    wait_until([&] { return hall->heard_count() >= std::min(more, 400); });
    nats_.kill();
    if (deaths % 2 == 1) nats_.erase();
    nats_.start();
  }
  load.join();
  wait_until([] { return hall->heard_count() >= 400; });
  wait_until_sent();
  wait_until_all_is_taken();
  EXPECT_EQ(hall->heard(), numbers(1, 400));
}

TEST_F(Loss, a_consumer_that_is_ahead_of_a_stream_that_lost_its_end_leaves_nothing_out) {
  EventService mill{"mill"};
  const EventReplica hears{*hall, nats_.url(), {{"*.opened", hear}}};
  const auto away = fs::path{nats_.folder() + "-early"};
  {
    const auto tells = teller();
    tell(1, 20);
    wait_until_heard(numbers(1, 20));
    wait_until_all_is_taken("hall-any-opened");
    nats_.stop();
    copy(files("msgs"), away);
    nats_.start();
    tell(21, 40);
    wait_until_heard(numbers(1, 40));
    wait_until_all_is_taken("hall-any-opened");
  }
  // The shop is gone and sends nothing again; the stream forgets 21 to 40, its consumer does not.
  nats_.stop();
  copy(away, files("msgs"));
  fs::remove_all(away);
  nats_.start();
  const EventReplica grinds{mill, nats_.url()};
  for (const auto& number : numbers(41, 45)) mill.publish("mill.opened", number);
  wait_until_heard(numbers(1, 45));
}

TEST_F(Loss, a_stream_with_the_files_of_long_ago_is_made_anew) {
  const auto away = fs::path{nats_.folder() + "-early"};
  const auto tells = teller();
  tell(1, 5);
  wait_until_sent();
  nats_.stop();
  copy(nats_.folder(), away);
  nats_.start();
  wait_until_sent_again();
  tell(6, 20);
  wait_until_sent();
  an_hour_passes();
  nats_.stop();
  copy(away, nats_.folder());
  fs::remove_all(away);
  nats_.start();
  EXPECT_EQ(heard_by_a_newcomer(20), numbers(1, 20));
}

TEST_F(Loss, a_server_that_was_started_again_gets_the_last_minutes_again_and_no_more) {
  const auto tells = teller();
  tell(1, 5);
  wait_until_sent();
  an_hour_passes();
  tell(6, 8);
  wait_until_sent();
  const auto sendings = [] {
    return shop->text("SELECT string_agg(sent_at::text, ' ' ORDER BY id) FROM chassis.outbox");
  };
  const auto before = sendings();
  nats_.stop();
  nats_.start();
  wait_until_sent_again();
  constexpr std::size_t five_times = 5 * 30;
  EXPECT_EQ(sendings().substr(0, five_times), before.substr(0, five_times));
  EXPECT_EQ(shop->number("SELECT count(*) FROM chassis.outbox WHERE sent_at > first_sent_at"), 3);
}

TEST_F(Loss, a_stream_made_anew_is_not_blamed_for_what_an_earlier_one_held) {
  const auto tells = teller();
  shop->publish("shop.opened", "of-ada", "{}", testing::ada);
  wait_until_sent();
  shop->database().write(
      [](Transaction& transaction) { forget_person(transaction, testing::ada); });
  nats_.kill();
  nats_.erase();
  nats_.start();
  wait_until_sent_again();
  an_hour_passes();
  const auto incarnation = shop->text("SELECT incarnation FROM chassis.event_stream");
  nats_.stop();
  nats_.start();
  wait_until([] { return shop->number("SELECT count(*) FROM chassis.event_servers") == 3; });
  EXPECT_EQ(shop->text("SELECT incarnation FROM chassis.event_stream"), incarnation);
}

TEST_F(Loss, what_is_older_than_what_others_remember_is_not_sent_again) {
  const auto tells = teller();
  tell(1, 5);
  wait_until_sent();
  shop->exec(
      "UPDATE chassis.outbox SET first_sent_at = now() - interval '169 hours'"
      " WHERE subject < '003'");
  nats_.kill();
  nats_.erase();
  nats_.start();
  EXPECT_EQ(heard_by_a_newcomer(3), numbers(3, 5));
}

TEST_F(Loss, nobody_marks_as_sent_what_an_earlier_stream_took) {
  const auto id = tell("tea");
  const auto mark = [&](std::int64_t epoch) {
    return shop->database().write([&](Transaction& transaction) {
      return mark_sent(transaction, {{id, 1}}, epoch);
    });
  };
  shop->exec("UPDATE chassis.event_stream SET epoch = 2");
  EXPECT_FALSE(mark(1));
  EXPECT_EQ(shop->unsent_count(), 1);
  EXPECT_TRUE(mark(2));
  EXPECT_EQ(shop->unsent_count(), 0);
}

TEST_F(Loss, who_marks_while_another_begins_a_new_epoch_waits_for_it) {
  const auto id = tell("tea");
  std::thread marks;
  std::atomic<bool> marked = true;
  shop->database().write([&](Transaction& transaction) {
    transaction.exec("UPDATE chassis.event_stream SET epoch = epoch + 1");
    marks = std::thread{[&] {
      marked = shop->database().write([&](Transaction& other) {
        return mark_sent(other, {{id, 1}}, 0);
      });
    }};
    wait_until([&] {
      return transaction.exec("SELECT count(*) FROM pg_locks WHERE NOT granted")[0][0].as<int>() >
             0;
    });
  });
  marks.join();
  EXPECT_FALSE(marked);
  EXPECT_EQ(shop->unsent_count(), 1);
}

int threads() {
  return static_cast<int>(std::distance(fs::directory_iterator{"/proc/self/task"}, {}));
}

TEST_F(Loss, stopping_takes_no_longer_while_nats_hangs_and_leaves_no_thread) {
  std::thread{[] {}}.join();  // sanitizers start one of their own beside the first
  const int before = threads();
  {
    const auto hears = hearer();
    const auto tells = teller();
    tell(1, 5);
    wait_until_heard(numbers(1, 5));
    EXPECT_GT(threads(), before);
    nats_.pause();
    tell(6, 10);
    const auto begin = Clock::now();
    tells->stop();
    hears->stop();
    EXPECT_LT(Clock::now() - begin, 5s);
    nats_.resume();
  }
  wait_until([&] { return threads() == before; });
}

TEST_F(Loss, a_nats_that_hung_for_a_while_delays_and_loses_nothing) {
  const auto hears = hearer();
  const auto tells = teller();
  tell(1, 5);
  wait_until_heard(numbers(1, 5));
  nats_.pause();
  tell(6, 10);
  const auto late = teller();  // meets it hanging
  wait_until([] { return metric("nats_connected") == 0; });
  nats_.resume();
  wait_until_heard(numbers(1, 10));
  wait_until_sent();
}

TEST_F(Loss, a_relay_that_hears_no_notification_looks_by_itself) {
  const auto hears = hearer();
  const auto tells = teller();
  tell(1, 1);
  wait_until_heard(numbers(1, 1));
  shop->exec("ALTER TABLE chassis.outbox DISABLE TRIGGER outbox_told");
  tell(2, 2);
  wait_until_heard(numbers(1, 2));
  shop->exec("ALTER TABLE chassis.outbox ENABLE TRIGGER outbox_told");
}

}  // namespace
}  // namespace chassis
