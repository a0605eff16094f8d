#include "event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rows.h"
#include "saga.h"

namespace audit {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Event, is_consumed_by_its_type_or_by_what_happened_in_any_service) {
  EXPECT_TRUE(consumes({"order.cancelled", "user.deleted"}, "user.deleted"));
  EXPECT_TRUE(consumes({"*.user_erased"}, "order.user_erased"));
  EXPECT_FALSE(consumes({"*.user_erased"}, "order.cancelled"));
  EXPECT_FALSE(consumes({"order.cancelled"}, "order.confirmed"));
  EXPECT_FALSE(consumes({"user_erased"}, "order.user_erased"));
  EXPECT_FALSE(consumes({}, "order.cancelled"));
  EXPECT_FALSE(consumes({"*"}, "nothing"));
}

TEST(Event, is_delivered_once_it_was_sent_and_everyone_applied_it) {
  EXPECT_THAT(broken_rules(Delivery{"order", event_of(1, "order.cancelled"), {}}), IsEmpty());

  const auto lost =
      broken_rules(Delivery{"order", event_of(1, "order.cancelled"), {"product", "mail"}});
  ASSERT_THAT(lost, SizeIs(1));
  EXPECT_EQ(lost[0].rule, Rule::events_delivered);
  EXPECT_EQ(lost[0].id, id_of(1));
  EXPECT_EQ(lost[0].text, "event " + id_of(1) +
                              " (order.cancelled) of order, published 2026-11-21T08:00:00.000000Z, "
                              "was not applied by product, mail");

  auto unsent = event_of(1, "order.cancelled");
  unsent.sent = false;
  EXPECT_THAT(broken_rules(Delivery{"order", unsent, {}})[0].text, HasSubstr(", was not sent"));
  EXPECT_THAT(broken_rules(Delivery{"order", unsent, {"product"}})[0].text,
              HasSubstr("was not sent and was not applied by product"));
}

TEST(Event, that_came_further_since_has_another_mark) {
  const auto mark = [](bool sent, std::vector<std::string> missing) {
    auto event = event_of(1, "order.cancelled");
    event.sent = sent;
    return sight_of(Delivery{"order", event, std::move(missing)}).mark;
  };
  EXPECT_NE(mark(false, {"product"}), mark(true, {"product"}));
  EXPECT_NE(mark(true, {"product"}), mark(true, {}));
  EXPECT_NE(mark(true, {"product"}), mark(true, {"mail"}));
  EXPECT_EQ(mark(true, {"product"}), mark(true, {"product"}));
}

TEST(DeadLetter, breaks_a_rule_until_it_is_replayed) {
  DeadLetter letter{id_of(5), id_of(1), "order.cancelled", 5, "no such product", long_ago, {}};
  const auto broken = broken_rules(letter, "product");
  ASSERT_THAT(broken, SizeIs(1));
  EXPECT_EQ(broken[0].rule, Rule::events_dead);
  EXPECT_EQ(broken[0].id, id_of(5));
  EXPECT_THAT(broken[0].text,
              HasSubstr("of product: event " + id_of(1) + " (order.cancelled) failed 5 times"));
  EXPECT_THAT(broken[0].text, HasSubstr("no such product"));
  letter.event_id.reset();
  EXPECT_THAT(broken_rules(letter, "product")[0].text, HasSubstr("what is no event"));
  letter.replayed_at = long_ago + 1s;
  EXPECT_THAT(broken_rules(letter, "product"), IsEmpty());
}

TEST(Saga, is_stuck_after_a_quarter_of_an_hour) {
  const Saga saga{"checkout", id_of(1), "undoing", "charge", 7, long_ago};
  EXPECT_THAT(broken_rules(saga, "order", long_ago + stuck_after - 1s), IsEmpty());
  const auto broken = broken_rules(saga, "order", long_ago + 17min);
  ASSERT_THAT(broken, SizeIs(1));
  EXPECT_EQ(broken[0].rule, Rule::sagas_stuck);
  EXPECT_EQ(broken[0].id, id_of(1));
  EXPECT_EQ(broken[0].text,
            "checkout " + id_of(1) +
                " of order began 17 minutes ago and is undoing at step charge after "
                "7 failures");
}

}  // namespace
}  // namespace audit
