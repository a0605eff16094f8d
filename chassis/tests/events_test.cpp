#include "chassis/events.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "events_fixture.h"

namespace chassis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Heard = std::vector<std::string>;

TEST_F(EventsTest, what_was_committed_is_heard_by_another_service) {
  const auto hall = hearer();
  const auto shop = teller();
  const auto id = shop_.publish("shop.opened", "tea-house", R"({"seats":12})");
  wait_until_heard({"tea-house"});
  EXPECT_EQ(hall_.text("SELECT event_id FROM heard"), id);
  EXPECT_EQ(hall_.text("SELECT type FROM heard"), "shop.opened");
  EXPECT_EQ(hall_.text("SELECT data FROM heard"), R"({"seats":12})");
  wait_until([&] { return shop_.unsent_count() == 0; });
}

TEST_F(EventsTest, nothing_is_heard_before_the_commit_and_nothing_after_a_rollback) {
  const auto hall = hearer();
  const auto shop = teller();
  EXPECT_THROW(shop_.database().write([&](Transaction& transaction) {
    publish(transaction, "shop.opened", "castle-in-the-air", "{}");
    throw std::runtime_error{"it rains"};
  }),
               std::runtime_error);
  shop_.database().write([&](Transaction& transaction) {
    publish(transaction, "shop.opened", "first", "{}");
    // Another thread tells something meanwhile; when that is heard, this could have been.
    std::thread{[&] { tell("second"); }}.join();
    wait_until([&] { return hall_.heard_count() == 1; });
    EXPECT_EQ(hall_.heard(), Heard{"second"});
  });
  wait_until_heard({"first", "second"});
}

TEST_F(EventsTest, an_event_that_failed_is_tried_again_and_takes_effect_once) {
  std::atomic<int> attempts = 0;
  const auto hall = hearer([&](Transaction& transaction, const Event& event) {
    hear(transaction, event);
    if (++attempts < 3) throw std::runtime_error{"not yet"};
  });
  const auto shop = teller();
  tell("tea-house");
  wait_until_heard({"tea-house"});
  EXPECT_EQ(attempts, 3);
}

TEST_F(EventsTest, what_fails_five_times_is_a_dead_letter_and_the_others_go_on) {
  std::atomic<int> attempts = 0;
  const auto hall = hearer([&](Transaction& transaction, const Event& event) {
    hear(transaction, event);
    if (event.subject != "poison") return;
    ++attempts;
    throw std::runtime_error{"it is bitter"};
  });
  const auto shop = teller();
  tell("poison");
  tell("tea");
  tell("water");
  wait_until([&] { return hall_.number("SELECT count(*) FROM chassis.dead_letters") == 1; });
  wait_until_heard({"tea", "water"});
  EXPECT_EQ(attempts, 5);
  EXPECT_EQ(hall_.number("SELECT count(*) FROM chassis.event_failures"), 0);
  const auto list = hall->get("/internal/dead-letters").body;
  EXPECT_THAT(list, HasSubstr(R"("type":"shop.opened","subject":"poison","attempts":5,)"));
  EXPECT_THAT(list, HasSubstr(R"("error":"it is bitter")"));
}

}  // namespace
}  // namespace chassis
