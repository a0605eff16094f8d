#include "dead_letters.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "chassis/id.h"
#include "events_fixture.h"

namespace chassis {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Words = std::vector<std::string>;

class DeadLetters : public EventsTest {
 protected:
  /// Fails for the subject "poison" while it is bitter, after its effect.
  Events::Handler taster() {
    return [this](Transaction& transaction, const Event& event) {
      hear(transaction, event);
      if (event.subject != "poison" || !bitter_) return;
      ++attempts_;
      throw std::runtime_error{"it is bitter"};
    };
  }
  static std::string dead_letter() { return hall->text("SELECT id FROM chassis.dead_letters"); }
  static int failures() { return hall->number("SELECT count(*) FROM chassis.event_failures"); }
  /// Sends bytes that no outbox of ours would.
  void send(const std::string& body, const std::string& subject = "serai.shop.opened.v1") const {
    const NatsLibrary library;
    NatsStream stream{nats_.url(), "stranger"};
    stream.open(std::chrono::hours{1});
    ASSERT_TRUE(stream.publish({{new_id(), subject, body}}).sequences[0]);
  }

  std::atomic<bool> bitter_ = true;
  std::atomic<int> attempts_ = 0;
};

TEST_F(DeadLetters, an_event_that_failed_is_tried_again_and_takes_effect_once) {
  const auto hears = hearer([&](Transaction& transaction, const Event& event) {
    hear(transaction, event);
    if (++attempts_ < 5) throw std::runtime_error{"not yet"};
  });
  const auto tells = teller();
  tell("tea");
  wait_until_heard({"tea"});
  wait_until_all_is_taken();
  EXPECT_EQ(attempts_, 5);
  EXPECT_EQ(hall->number("SELECT count(*) FROM chassis.dead_letters"), 0);
}

TEST_F(DeadLetters, what_fails_five_times_becomes_one_and_the_others_go_on) {
  // Long pauses: while the poison waits for its next try, everything else is heard.
  const auto hears = hearer(taster(), {{"EVENT_RETRY_MS", "60000"}, {"EVENT_WORKERS", "1"}});
  const auto tells = teller();
  tell("poison");
  wait_until([&] { return attempts_ == 1; });
  wait_until_heard(tell(1, 30));
  EXPECT_EQ(attempts_, 1);
  EXPECT_EQ(failures(), 1);
}

TEST_F(DeadLetters, are_listed_with_their_error_newest_first) {
  const auto hears = hearer([](Transaction&, const Event&) {
    throw Error{{FieldError{"/seats", "is missing"}}};
  });
  const auto tells = teller();
  const auto first = tell("first");
  wait_until_dead(1);
  const auto second = tell("second");
  wait_until_dead(2);
  EXPECT_EQ(failures(), 0);
  EXPECT_EQ(hall->heard_count(), 0);
  const auto page = hears->get("/internal/dead-letters?limit=1").body;
  EXPECT_THAT(page, AllOf(HasSubstr("\"event_id\":\"" + second + "\""),
                          HasSubstr(R"("type":"shop.opened","subject":"second","attempts":5)"),
                          HasSubstr("/seats: is missing"), HasSubstr("\"replayed_at\":null")));
  const auto from = page.find("\"next_cursor\":\"") + 15;
  const auto cursor = page.substr(from, page.find('"', from) - from);
  EXPECT_THAT(
      hears->get("/internal/dead-letters?limit=1&cursor=" + cursor).body,
      AllOf(HasSubstr("\"event_id\":\"" + first + "\""), HasSubstr("\"next_cursor\":null")));
}

TEST_F(DeadLetters, take_effect_once_when_replayed_after_the_handler_is_mended) {
  const auto hears = hearer(taster());
  const auto tells = teller();
  const auto id = tell("poison");
  wait_until_dead(1);
  EXPECT_EQ(attempts_, 5);

  const auto failed = hears->replay(dead_letter());
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, HasSubstr("it is bitter"));
  EXPECT_EQ(hall->number("SELECT attempts FROM chassis.dead_letters"), 6);
  EXPECT_EQ(hall->heard_count(), 0);

  bitter_ = false;
  EXPECT_EQ(hears->replay(dead_letter()).status, 200);
  EXPECT_EQ(hears->replay(dead_letter()).status, 200);
  EXPECT_EQ(hall->heard(), Words{"poison"});
  EXPECT_EQ(hall->text("SELECT event_id FROM chassis.inbox"), id);
  EXPECT_EQ(hall->number("SELECT count(*) FROM chassis.dead_letters WHERE replayed_at IS NULL"), 0);
}

TEST_F(DeadLetters, are_replayed_once_by_many_at_once) {
  const auto hears = hearer(taster());
  const auto tells = teller();
  tell("poison");
  wait_until_dead(1);
  bitter_ = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(hears->replay(dead_letter()).status, 200); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(hall->heard(), Words{"poison"});
}

TEST_F(DeadLetters, stay_dead_when_their_event_comes_again) {
  const auto hears = hearer(taster());
  const auto tells = teller();
  tell("poison");
  wait_until_dead(1);
  {
    const NatsLibrary library;
    NatsStream{nats_.url(), "test"}.remove();  // so everything is sent again
  }
  bitter_ = false;
  tell("tea");
  wait_until_heard({"tea"});
  wait_until_all_is_taken();
  EXPECT_EQ(hall->heard(), Words{"tea"});
  EXPECT_EQ(hears->replay(dead_letter()).status, 200);
  EXPECT_EQ(hall->heard(), (Words{"poison", "tea"}));
}

TEST_F(DeadLetters, that_do_not_exist_are_not_found) {
  const auto hears = hearer();
  EXPECT_EQ(hears->replay(new_id()).status, 404);
  EXPECT_EQ(hears->replay("nonsense").status, 404);
}

TEST_F(DeadLetters, are_made_at_once_of_what_is_no_event_and_only_once) {
  const auto hears = hearer();
  const auto tells = teller();
  send("tea?");
  send("tea?");
  send(std::string{"\xff\0tea", 5});
  send("[" + std::string(2000, '[') + "]");
  send(R"({"specversion":"1.0"})");
  // Well formed, but of a type that is not that of its subject.
  send(R"({"specversion":"1.0","id":")" + new_id() +
       R"(","source":"urn:serai:shop","type":"shop.closed","subject":"s",)"
       R"("time":"2026-11-21T08:15:30Z","datacontenttype":"application/json","data":{}})");
  tell("tea");
  wait_until_heard({"tea"});
  wait_until_all_is_taken();
  EXPECT_EQ(hall->number("SELECT count(*) FROM chassis.dead_letters"), 5);
  EXPECT_EQ(failures(), 0);
  EXPECT_THAT(hears->get("/internal/dead-letters").body,
              HasSubstr(R"("event_id":null,"type":"serai.shop.opened.v1")"));
  const auto letter = hall->text("SELECT id FROM chassis.dead_letters LIMIT 1");
  EXPECT_EQ(hears->replay(letter).status, 409);
}

TEST_F(DeadLetters, an_event_of_another_making_is_taken_as_its_type_says) {
  const auto hears = hearer();
  send(R"({"data":{"seats":1},"specversion":"1.0","id":"0190a000-0000-7000-8000-00000000e7e0",)"
       R"("source":"https://shop.example","type":"shop.opened","subject":"foreign","extra":1,)"
       R"("time":"2026-11-21T08:15:30Z","datacontenttype":"application/json"})");
  wait_until_heard({"foreign"});
}

TEST_F(DeadLetters, a_database_that_is_away_does_not_count) {
  std::atomic<int> away = 0;
  const auto hears = hearer(
      [&](Transaction& transaction, const Event& event) {
        hear(transaction, event);
        // Each loses its connection; write() tries twice.
        if (++away <= 12) transaction.exec("SELECT pg_terminate_backend(pg_backend_pid())");
      },
      {{"EVENT_RETRY_MS", "1"}});
  const auto tells = teller();
  tell("tea");
  wait_until_heard({"tea"});
  EXPECT_EQ(away, 13);
  EXPECT_EQ(failures(), 0);
  EXPECT_EQ(hall->number("SELECT count(*) FROM chassis.dead_letters"), 0);
}

TEST_F(DeadLetters, a_failure_is_told_without_the_values_of_a_statement) {
  const auto hears = hearer([](Transaction& transaction, const Event&) {
    transaction.exec("SELECT 'ada@example.com'::integer");
  });
  const auto tells = teller();
  tell("tea");
  wait_until_dead(1);
  EXPECT_EQ(hall->text("SELECT error FROM chassis.dead_letters"),
            "a statement failed with SQLSTATE 22P02");
}

TEST_F(DeadLetters, whatever_a_handler_throws_is_a_failure) {
  const auto hears = hearer([](Transaction&, const Event&) { throw 42; });
  const auto tells = teller();
  tell("tea");
  wait_until_dead(1);
}

}  // namespace
}  // namespace chassis
