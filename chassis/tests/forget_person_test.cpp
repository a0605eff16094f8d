#include <gmock/gmock.h>

#include "chassis/events.h"
#include "chassis/testing/routes.h"
#include "events_fixture.h"

namespace chassis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto secret = R"({"name":"Ada"})";

class Forgetting : public EventsTest {
 protected:
  static void forget(EventService& service, const std::string& person) {
    service.database().write([&](Transaction& transaction) { forget_person(transaction, person); });
  }
  static int about_ada(EventService& service, const std::string& table) {
    return service.number("SELECT count(*) FROM chassis." + table +
                          " t WHERE t::text LIKE '%Ada%'");
  }
};

TEST_F(Forgetting, events_that_were_sent_lose_their_data_and_are_never_sent_again) {
  const auto tells = teller();
  shop->publish("shop.opened", "of-ada", secret, testing::ada);
  shop->publish("shop.opened", "of-eve", R"({"name":"Eve"})", testing::eve);
  shop->publish("shop.opened", "of-nobody", "{}");
  wait_until_sent();
  forget(*shop, testing::ada);
  EXPECT_EQ(about_ada(*shop, "outbox"), 0);
  nats_.kill();
  nats_.erase();
  nats_.start();
  const auto hears = hearer();
  wait_until_heard({"of-eve", "of-nobody"});
  wait_until_sent();
  EXPECT_EQ(shop->number("SELECT count(*) FROM chassis.outbox"), 3);
}

TEST_F(Forgetting, events_still_to_be_sent_are_sent_once_and_lose_their_data_then) {
  shop->publish("shop.opened", "of-ada", secret, testing::ada);
  forget(*shop, testing::ada);
  EXPECT_EQ(about_ada(*shop, "outbox"), 1);
  const auto tells = teller();
  const auto hears = hearer();
  wait_until_heard({"of-ada"});
  EXPECT_EQ(hall->text("SELECT data FROM heard"), secret);
  wait_until_sent();
  EXPECT_EQ(about_ada(*shop, "outbox"), 0);
}

TEST_F(Forgetting, dead_letters_and_failures_say_nothing_more_and_are_not_replayed) {
  const auto fails = [](Transaction&, const Event& event) {
    throw std::runtime_error{event.data + " is not welcome"};
  };
  const auto tells = teller();
  {
    const auto hears = hearer(fails);
    shop->publish("shop.opened", "of-ada", secret, testing::ada);
    shop->publish("shop.opened", "of-eve", R"({"name":"Eve"})", testing::eve);
    wait_until_dead(2);
  }
  const auto hears = hearer(fails, {{"EVENT_RETRY_MS", "60000"}});
  shop->publish("shop.opened", "of-ada", secret, testing::ada);
  wait_until([] { return hall->number("SELECT count(*) FROM chassis.event_failures") == 1; });
  EXPECT_EQ(about_ada(*hall, "dead_letters"), 1);
  EXPECT_EQ(about_ada(*hall, "event_failures"), 1);
  forget(*hall, testing::ada);
  EXPECT_EQ(about_ada(*hall, "dead_letters"), 0);
  EXPECT_EQ(about_ada(*hall, "event_failures"), 0);
  const auto letter_of = [](const std::string& person) {
    return hall->text("SELECT id FROM chassis.dead_letters WHERE person = '" + person + "'");
  };
  EXPECT_EQ(hears->replay(letter_of(testing::ada)).status, 409);
  EXPECT_THAT(hears->get("/internal/dead-letters").body, HasSubstr("Eve"));
  EXPECT_THAT(hears->get("/internal/dead-letters").body, Not(HasSubstr("Ada")));
}

TEST_F(Forgetting, stored_answers_to_the_person_are_removed) {
  shop->exec(
      "INSERT INTO chassis.idempotency_keys (caller, route, key, request) VALUES"
      " ('user:" +
      std::string{testing::ada} +
      "', '/v1/orders', 'a', 'x'),"
      " ('user:" +
      std::string{testing::eve} + "', '/v1/orders', 'a', 'x')");
  forget(*shop, testing::ada);
  EXPECT_EQ(shop->text("SELECT string_agg(caller, ' ') FROM chassis.idempotency_keys"),
            "user:" + std::string{testing::eve});
}

}  // namespace
}  // namespace chassis
