#include "chassis/events.h"

#include <gmock/gmock.h>

#include <set>
#include <stdexcept>
#include <thread>

#include "chassis/id.h"
#include "events_fixture.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

using Words = std::vector<std::string>;

TEST_F(EventsTest, what_was_committed_is_heard_by_another_service) {
  const auto hears = hearer();
  const auto tells = teller();
  const auto id = shop->publish("shop.opened", "tea-house", R"({"seats":12})");
  wait_until_heard({"tea-house"});
  EXPECT_EQ(hall->text("SELECT event_id FROM heard"), id);
  EXPECT_EQ(hall->text("SELECT type FROM heard"), "shop.opened");
  EXPECT_EQ(hall->text("SELECT data FROM heard"), R"({"seats":12})");
  wait_until_sent();
}

TEST_F(EventsTest, nothing_is_heard_before_the_commit_and_nothing_after_a_rollback) {
  const auto hears = hearer();
  const auto tells = teller();
  const auto in_vain = [](Transaction& transaction) {
    publish(transaction, "shop.opened", "castle-in-the-air", "{}");
    throw std::runtime_error{"it rains"};
  };
  EXPECT_THROW(shop->database().write(in_vain), std::runtime_error);
  shop->database().write([&](Transaction& transaction) {
    publish(transaction, "shop.opened", "first", "{}");
    // Another thread tells something meanwhile; when that is heard, this could have been.
    std::thread{[&] { tell("second"); }}.join();
    wait_until([&] { return hall->heard_count() == 1; });
    EXPECT_EQ(hall->heard(), Words{"second"});
  });
  wait_until_heard({"first", "second"});
}

TEST_F(EventsTest, several_replicas_on_both_sides_apply_each_event_once) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const auto handler = [&](Transaction& transaction, const Event& event) {
    hear(transaction, event);
    const std::lock_guard lock{mutex};
    threads.insert(std::this_thread::get_id());
  };
  const auto hears = hearer(handler);
  const auto also_hears = hearer(handler);
  const auto tells = teller();
  const auto also_tells = teller();
  wait_until_heard(tell(1, 300));
  wait_until_all_is_taken();
  EXPECT_EQ(hall->heard_count(), 300);
  EXPECT_GT(threads.size(), 1U);
}

TEST_F(EventsTest, an_event_is_heard_by_each_service_that_consumes_it) {
  EventService kitchen{"kitchen"};
  const auto hears = hearer();
  const EventReplica cooks{kitchen, nats_.url(), {{"shop.opened", hear}, {"shop.closed", hear}}};
  const auto tells = teller();
  tell("tea-house");
  shop->publish("shop.closed", "bakery");
  wait_until_heard({"tea-house"});
  wait_until([&] { return kitchen.heard_count() == 2; });
  EXPECT_EQ(kitchen.heard(), (Words{"bakery", "tea-house"}));
}

TEST_F(EventsTest, a_star_hears_a_type_of_every_service) {
  EventService mill{"mill"};
  const EventReplica hears{*hall, nats_.url(), {{"*.user_erased", hear}}};
  const auto tells = teller();
  const EventReplica grinds{mill, nats_.url()};
  shop->publish("shop.user_erased", "from-shop");
  shop->publish("shop.opened", "tea-house");
  mill.publish("mill.user_erased", "from-mill");
  wait_until_heard({"from-mill", "from-shop"});
}

TEST_F(EventsTest, the_handler_runs_in_the_trace_of_what_happened_and_with_a_deadline) {
  std::atomic<bool> in_time = false;
  const auto hears = hearer([&](Transaction& transaction, const Event& event) {
    in_time = Context::current().left(1h) <= 5s;
    hear(transaction, event);
  });
  const auto tells = teller();
  Context context;
  context.trace = Trace::from_header("");
  {
    const ContextScope scope{context};
    tell("tea-house");
  }
  wait_until_heard({"tea-house"});
  EXPECT_EQ(hall->text("SELECT trace_id FROM heard"), context.trace.trace_id);
  EXPECT_TRUE(in_time);
}

TEST_F(EventsTest, what_waited_is_sent_in_batches_when_a_replica_starts) {
  const auto subjects = tell(1, 250);
  const auto tells = teller();
  const auto hears = hearer();
  wait_until_heard(subjects);
  wait_until_sent();
}

TEST_F(EventsTest, a_new_consumer_hears_what_was_told_before_it_was_there) {
  const auto tells = teller();
  tell("tea-house");
  wait_until_sent();
  const auto hears = hearer();
  wait_until_heard({"tea-house"});
}

TEST_F(EventsTest, a_replica_that_stops_gives_back_what_it_had_not_taken_yet) {
  std::atomic<int> handled = 0;
  std::atomic<bool> stopping = false;
  auto stops = hearer(
      [&](Transaction& transaction, const Event& event) {
        hear(transaction, event);
        ++handled;
        wait_until([&] { return stopping.load(); });
      },
      {{"EVENT_WORKERS", "1"}});
  const auto tells = teller();
  const auto subjects = tell(1, 12);
  wait_until([&] { return handled == 1; });
  std::thread stop{[&] {
    stopping = true;
    stops->stop();
  }};
  stop.join();
  // Sooner than NATS would send them again by itself, after 15 s. (One that the server was about to
  // send when we left may be among those.)
  const auto begin = std::chrono::steady_clock::now();
  const auto hears = hearer();
  wait_until([] { return hall->heard_count() >= 10; });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  wait_until_heard(subjects);
}

TEST_F(EventsTest, only_well_formed_events_are_published) {
  const auto refuses = [](const std::string& type, const std::string& subject,
                          const std::string& data, const std::string& person) {
    EXPECT_THROW(shop->publish(type, subject, data, person), std::logic_error) << type << data;
  };
  for (const char* type : {"", "opened", "shop.", ".opened", "Shop.opened", "shop.opened.v1",
                           "shop.*", "shop.>", "shop. opened"}) {
    refuses(type, "tea-house", "{}", "");
  }
  refuses("shop.opened", "", "{}", "");
  refuses("shop.opened", "tea-house", "[]", "");
  refuses("shop.opened", "tea-house", "{}", "ada");
  const auto data = "{\"text\":\"" + std::string(256 * 1024, 'x') + "\"}";
  EXPECT_EQ(code_of([&] { shop->publish("shop.opened", "tea-house", data); }),
            ErrorCode::too_large);
  EXPECT_EQ(shop->unsent_count(), 0);
}

TEST_F(EventsTest, the_largest_event_arrives_whole) {
  const auto hears = hearer();
  const auto tells = teller();
  const auto data = "{\"text\":\"" + std::string(256 * 1024 - 11, 'x') + "\"}";
  shop->publish("shop.opened", "tea-house", data);
  wait_until_heard({"tea-house"});
  EXPECT_EQ(hall->text("SELECT data FROM heard"), data);
}

TEST_F(EventsTest, an_event_has_one_handler_in_a_service) {
  const auto refused = [&](const EventReplica::Handlers& handlers) {
    EXPECT_THROW(EventReplica(*hall, nats_.url(), handlers), std::logic_error);
  };
  refused({{"*.user_erased", hear}, {"shop.user_erased", hear}});
  refused({{"shop", hear}});
  refused({{"*.*", hear}});
  refused({{"shop.opened.v1", hear}});
}

TEST_F(EventsTest, settings_are_checked) {
  const auto problem_of = [](const std::string& url) -> std::string {
    Config config{[&](const std::string& name) {
      return name == "NATS_URL" && !url.empty() ? std::optional{url} : std::nullopt;
    }};
    Listener listener{shop->url()};
    const Events events{"shop", config, shop->database(), listener};
    try {
      config.check();
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(problem_of(""), HasSubstr("NATS_URL"));
  EXPECT_THAT(problem_of("http://secret@nats:4222"), HasSubstr("NATS_URL must be nats://"));
  EXPECT_THAT(problem_of("http://secret@nats:4222"), Not(HasSubstr("secret")));
  EXPECT_EQ(problem_of("nats://nats:4222"), "");
}

TEST_F(EventsTest, outbox_and_inbox_are_listed_by_id_page_by_page) {
  const auto hears = hearer();
  const auto tells = teller();
  Words ids;
  for (const char* subject : {"a", "b", "c"}) ids.push_back(tell(subject));
  wait_until_heard({"a", "b", "c"});
  wait_until_sent();
  std::sort(ids.begin(), ids.end());
  const auto listed = [](EventReplica& replica, const std::string& path, const std::string& begin) {
    Words found;
    std::string cursor;
    do {
      const auto page = replica.get(path + "?limit=2" + cursor);
      EXPECT_EQ(page.status, 200);
      EXPECT_TRUE(page.body.starts_with(begin)) << page.body;
      JsonDocument document{page.body, Unknown::ignore};
      const auto root = document.root();
      for (const auto& item : root.member("items")->items()) {
        found.push_back(item.member("id")->text());
      }
      const auto next = *root.member("next_cursor");
      cursor = next.is_null() ? "" : "&cursor=" + next.text();
    } while (!cursor.empty());
    return found;
  };
  EXPECT_EQ(listed(*tells, "/internal/outbox", "{\"items\":["), ids);
  EXPECT_EQ(listed(*hears, "/internal/inbox", "{\"consumes\":[\"shop.opened\"],\"items\":["), ids);
  EXPECT_THAT(tells->get("/internal/outbox?limit=1").body,
              MatchesRegex(R"(\{"items":\[\{"id":"[^"]+","type":"shop.opened",)"
                           R"("time":"[^"]+Z","sent":true\}\],"next_cursor":"[^"]+"\})"));
  EXPECT_THAT(hears->get("/internal/inbox?limit=1").body,
              HasSubstr(R"("type":"shop.opened","time":")"));
  EXPECT_EQ(tells->get("/internal/outbox?cursor=nonsense").status, 400);
}

TEST_F(EventsTest, the_routes_exist_for_peers_alone) {
  const auto tells = teller();
  EXPECT_EQ(tells->get_as_admin("/internal/outbox").status, 404);
  EXPECT_EQ(tells->get_as_admin("/internal/dead-letters").status, 404);
}

TEST_F(EventsTest, metrics_count_what_was_sent_and_what_took_effect) {
  const auto sent = metric("outbox_sent_total");
  const auto applied = metric("events_applied_total");
  const auto delivered = metric("events_delivery_seconds_count");
  const auto hears = hearer();
  const auto tells = teller();
  wait_until_heard(tell(1, 3));
  wait_until([&] { return metric("outbox_sent_total") == sent + 3; });
  wait_until([&] { return metric("events_applied_total") == applied + 3; });
  EXPECT_EQ(metric("events_delivery_seconds_count"), delivered + 3);
  EXPECT_EQ(metric("nats_connected"), 1);
}

TEST_F(EventsTest, what_is_old_is_removed_and_what_waits_is_not) {
  const auto old = tell("old");
  const auto young = tell("young");
  shop->exec(
      "UPDATE chassis.outbox SET sent_at = now() - interval '23 hours',"
      " first_sent_at = now() - interval '48 hours' WHERE subject = 'young';"
      "UPDATE chassis.outbox SET sent_at = now() - interval '25 hours' WHERE subject = 'old'");
  const auto waiting = tell("waiting");
  shop->exec(
      "UPDATE chassis.outbox SET created_at = now() - interval '99 hours'"
      " WHERE subject = 'waiting'");
  shop->exec(
      "INSERT INTO chassis.inbox VALUES"
      " (gen_random_uuid(), 'a.b', now(), now() - interval '47 hours'),"
      " (gen_random_uuid(), 'a.b', now(), now() - interval '49 hours')");
  nats_.stop();
  const auto tells = teller({{"OUTBOX_KEEP_HOURS", "24"}});
  wait_until([] { return shop->number("SELECT count(*) FROM chassis.outbox") == 2; });
  wait_until([] { return shop->number("SELECT count(*) FROM chassis.inbox") == 1; });
  EXPECT_EQ(shop->text("SELECT string_agg(subject, ' ' ORDER BY subject) FROM chassis.outbox"),
            "waiting young");
  nats_.start();
}

}  // namespace
}  // namespace chassis
