#include "user_events.h"

#include <gmock/gmock.h>

#include "chassis/id.h"
#include "chassis/testing/events.h"
#include "chassis/testing/nats.h"
#include "demo_store.h"
#include "erasure_events.h"
#include "store_fixture.h"

namespace user {
namespace {

using chassis::testing::await;
using chassis::testing::EventTraffic;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class UserEvents : public Stores {
 protected:
  /// What the last erasure says of a service: whether it has forgotten.
  bool forgotten(const Erasure& erasure, const std::string& service) {
    for (const auto& each : erasures_.find(erasure.id).services) {
      if (each.service == service) return each.forgotten_at.has_value();
    }
    return false;
  }

  void confirm(const std::string& user_id, const std::string& service, const std::string& when) {
    database_.database().write([&](chassis::Transaction& transaction) {
      erasures_.confirm(transaction, user_id, service, chassis::to_time(when));
    });
  }

  /// An event as it arrives from another service.
  void hear(const std::string& type, const std::string& data) {
    database_.database().write([&](chassis::Transaction& transaction) {
      user::confirm(erasures_, transaction, {chassis::new_id(), type, "", "", {}, data});
    });
  }

  std::string person(const std::string& type) {
    return database_.database().read([&](chassis::Transaction& transaction) {
      return std::string{transaction
                             .exec("SELECT coalesce(person::text, 'nobody') FROM chassis.outbox"
                                   " WHERE type = '" +
                                   type + "'")[0][0]
                             .c_str()};
    });
  }
};

TEST_F(UserEvents, an_account_is_told_once_and_a_taken_address_is_not) {
  const auto id = signed_up("ada@example.com").user.id;
  EXPECT_EQ(code_of([&] { signed_up("ada@example.com"); }), chassis::ErrorCode::conflict);
  EXPECT_THAT(told(), ElementsAre("user.registered {\"user_id\":\"" + id +
                                  R"(","email":"ada@example.com","name":"Ada","seed":false})"));
  EXPECT_EQ(person("user.registered"), id);
}

TEST_F(UserEvents, a_new_name_is_told_and_nothing_else_that_others_cannot_see) {
  const auto ada = signed_up("ada@example.com");
  run("DELETE FROM chassis.outbox");
  users_.rename(ada.user.id, "Ada", std::nullopt);
  EXPECT_EQ(code_of([&] { users_.rename(ada.user.id, "Eve", 7); }),
            chassis::ErrorCode::precondition_failed);
  users_.change_password(ada, hash_two, std::nullopt, "", std::nullopt);
  users_.change_password(users_.find(ada.user.id), hash_one, "Ada", "", std::nullopt);
  EXPECT_THAT(told(), IsEmpty());
  users_.rename(ada.user.id, "Ada King", std::nullopt);
  users_.change_password(users_.find(ada.user.id), hash_two, "Countess", "", std::nullopt);
  const auto changed = [&](const std::string& name) {
    return "user.changed {\"user_id\":\"" + ada.user.id +
           R"(","email":"ada@example.com","name":")" + name + "\"}";
  };
  EXPECT_THAT(told(), ElementsAre(changed("Ada King"), changed("Countess")));
}

TEST_F(UserEvents, demo_accounts_are_told_as_such_and_only_when_they_are_new) {
  Passwords passwords{HashCosts{8, 1, 1, 0}};
  const Demo demo{"ada@example.com:caravan-of-tea-42", "admin@example.com:keeper-of-the-serai-42"};
  seed(users_, passwords, demo, "small");
  EXPECT_EQ(told().size(), 8U);
  EXPECT_THAT(told(), testing::Each(HasSubstr(R"("seed":true})")));
  seed(users_, passwords, demo, "small");
  EXPECT_EQ(told().size(), 8U);
}

TEST_F(UserEvents, whoever_leaves_is_told_and_of_the_person_nothing_stays_to_be_told) {
  const auto ada = signed_up("ada@example.com").user.id;
  const auto eve = signed_up("eve@example.com").user.id;
  run("UPDATE chassis.outbox SET sent_at = now(), first_sent_at = now()");
  users_.rename(ada, "Ada King", std::nullopt);
  erasures_.start(ada);
  erasures_.start(ada);
  EXPECT_EQ(number("SELECT count(*) FROM chassis.outbox WHERE type = 'user.deleted'"), 1);
  EXPECT_EQ(person("user.deleted"), "nobody");
  EXPECT_THAT(told(), testing::Contains("user.deleted {\"user_id\":\"" + ada + "\"}"));
  // What was told has lost its data, what is yet to be told loses it with the telling.
  EXPECT_EQ(number("SELECT count(*) FROM chassis.outbox WHERE person = '" + ada +
                   "' AND data IS NOT NULL AND NOT forget"),
            0);
  EXPECT_EQ(number("SELECT count(*) FROM chassis.outbox WHERE person = '" + eve +
                   "' AND data IS NOT NULL AND NOT forget"),
            1);
}

TEST_F(UserEvents, the_first_confirmation_counts_and_one_that_nobody_waits_for_is_noted) {
  const auto ada = signed_up("ada@example.com").user.id;
  const auto erasure = erasures_.start(ada);
  EXPECT_FALSE(forgotten(erasure, "order"));
  confirm(ada, "order", "2026-11-21T08:00:00Z");
  confirm(ada, "order", "2026-11-21T09:00:00Z");
  confirm(ada, "profile", "2026-11-21T10:00:00Z");
  const auto services = erasures_.find(erasure.id).services;
  ASSERT_EQ(services.size(), 3U);
  EXPECT_EQ(services[0].forgotten_at, chassis::to_time("2026-11-21T08:00:00Z"));
  EXPECT_EQ(services[1].service, "profile");
}

TEST_F(UserEvents, a_confirmation_for_somebody_who_stays_changes_nothing) {
  const auto ada = signed_up("ada@example.com").user.id;
  hear("order.user_erased", "{\"user_id\":\"" + ada + "\",\"more\":1}");
  EXPECT_EQ(number("SELECT count(*) FROM erasure_services"), 0);
  EXPECT_NO_THROW(users_.find(ada));
  EXPECT_THROW(hear("order.user_erased", R"({"user_id":"ada"})"), chassis::Error);
}

/// Over a real NATS: order hears who leaves, forgets, and says so.
TEST_F(UserEvents, an_erasure_is_done_when_every_service_has_confirmed) {
  const chassis::testing::TestNats nats;
  chassis::testing::TestDatabase orders;
  const EventTraffic order{"order", orders.url(), nats.url(), [](chassis::Events& events) {
                             events.on("user.deleted", [](auto& transaction, const auto& event) {
                               chassis::publish(transaction, "order.user_erased", event.subject,
                                                event.data);
                             });
                           }};
  const EventTraffic traffic{"user", database_.url(), nats.url(), [&](chassis::Events& events) {
                               consume(events,
                                       std::make_shared<PostgresErasures>(database_.database()));
                             }};
  const auto ada = signed_up("ada@example.com").user.id;
  const auto erasure = erasures_.start(ada);
  await([&] { return forgotten(erasure, "order"); });
  EXPECT_EQ(erasures_.find(erasure.id).services.size(), 2U);
  await([&] {
    return number("SELECT count(*) FROM chassis.outbox WHERE data::text LIKE '%ada@example%'") == 0;
  });
}

}  // namespace
}  // namespace user
