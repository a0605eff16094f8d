#include "order_events.h"

#include "buyer_events.h"
#include "chassis/testing/nats.h"
#include "shop.h"

namespace order {
namespace {

using chassis::Event;
using chassis::Transaction;
using testing::HasSubstr;

/// A service that sends or hears events, with a database of its own.
class Neighbour {
 public:
  Neighbour(const std::string& name, const std::string& nats_url,
            const std::vector<std::string>& hears = {})
      : config_{[=](const std::string& setting) -> std::optional<std::string> {
          if (setting == "NATS_URL") return nats_url;
          if (setting == "EVENT_LOOK_MS") return "100";
          return std::nullopt;
        }},
        listener_{store_.url()},
        events_{name, config_, store_.database(), listener_} {
    for (const auto& type : hears) {
      events_.on(type, [this](Transaction& /*transaction*/, const Event& event) {
        const std::lock_guard lock{mutex_};
        heard_.push_back(event);
      });
    }
    listener_.start();
    events_.start();
  }
  ~Neighbour() { events_.stop(); }
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;

  void tell(const std::string& type, const std::string& data) {
    store_.database().write([&](Transaction& transaction) {
      chassis::publish(transaction, type, chassis::testing::ada, data);
    });
  }
  /// Waits for the n-th event.
  Event heard(std::size_t n) {
    wait_until([&] {
      const std::lock_guard lock{mutex_};
      return heard_.size() > n;
    });
    const std::lock_guard lock{mutex_};
    return heard_.at(n);
  }

 private:
  chassis::testing::TestDatabase store_;
  chassis::Config config_;
  chassis::Listener listener_;
  std::mutex mutex_;
  std::vector<Event> heard_;
  chassis::Events events_;
};

class OrderEvents : public ShopTest {
 protected:
  OrderEvents() {
    consume(events_, replica_.buyers);
    listener_.start();
    events_.start();
  }
  ~OrderEvents() override { events_.stop(); }

  std::optional<std::string> name_known() {
    return replica_.database.read(
        [&](Transaction& transaction) { return replica_.buyers->find(transaction, ada).name; });
  }

  chassis::testing::TestNats nats_;
  chassis::Config config_{[this](const std::string& setting) -> std::optional<std::string> {
    if (setting == "NATS_URL") return nats_.url();
    if (setting == "EVENT_LOOK_MS") return "100";
    return std::nullopt;
  }};
  chassis::Listener listener_{world_.url};
  chassis::Events events_{"order", config_, replica_.database, listener_};
};

TEST_F(OrderEvents, who_buys_what_and_takes_it_back_is_heard_by_others_until_they_are_forgotten) {
  Neighbour user{"user", nats_.url()};
  Neighbour mail{"mail", nats_.url(), {"order.confirmed", "order.cancelled", "order.user_erased"}};
  user.tell("user.registered",
            R"({"user_id":")" + ada + R"(","email":"ada@example.com","name":"Ada","seed":false})");
  wait_until([&] { return name_known().has_value(); });

  const auto tea = world_.stock->add("Tea", 1200);
  put(tea, 1);
  const auto id = id_of(order(draft(1200)));
  const auto confirmed = mail.heard(0);
  EXPECT_EQ(confirmed.type, "order.confirmed");
  EXPECT_EQ(confirmed.subject, id);
  EXPECT_EQ(confirmed.person, ada);
  EXPECT_THAT(confirmed.data, HasSubstr(R"("name":"Ada","email":"ada@example.com")"));
  EXPECT_THAT(confirmed.data, HasSubstr(R"("tax":{"amount":200,"currency":"EUR"})"));

  EXPECT_EQ(cancel(id).status, 200);
  const auto cancelled = mail.heard(1);
  EXPECT_EQ(cancelled.type, "order.cancelled");
  EXPECT_THAT(cancelled.data, HasSubstr(R"("refund":{"amount":1200,"currency":"EUR"})"));

  user.tell("user.deleted", R"({"user_id":")" + ada + "\"}");
  const auto erased = mail.heard(2);
  EXPECT_EQ(erased.type, "order.user_erased");
  EXPECT_EQ(erased.data, R"({"user_id":")" + ada + "\"}");
  EXPECT_FALSE(name_known());
  EXPECT_EQ(number("SELECT count(*) FROM chassis.outbox AS r WHERE r::text LIKE '%example.com%'"),
            0);
}

}  // namespace
}  // namespace order
