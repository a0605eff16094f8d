#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "chassis/config.h"
#include "chassis/context.h"
#include "chassis/events.h"
#include "chassis/json.h"
#include "chassis/listener.h"
#include "chassis/metrics.h"
#include "chassis/testing/database.h"
#include "chassis/testing/nats.h"
#include "chassis/testing/routes.h"
#include "db_fixture.h"
#include "nats_stream.h"

namespace chassis {

/// A service with events and a database, of which one replica after another, or several, may run.
class EventService {
 public:
  explicit EventService(std::string name)
      : name_{std::move(name)},
        store_{{{"migrations/0001_heard.sql",
                 "CREATE TABLE heard (event_id uuid NOT NULL, type text NOT NULL, subject text NOT"
                 " NULL, data text NOT NULL, trace_id text NOT NULL)"}}} {}

  Database& database() { return store_.database(); }
  const std::string& url() const { return store_.url(); }
  const std::string& name() const { return name_; }

  std::string publish(const std::string& type, const std::string& subject,
                      const std::string& data = "{}", const std::string& person = "") {
    return database().write([&](Transaction& transaction) {
      return chassis::publish(transaction, type, subject, data, person);
    });
  }
  void exec(const std::string& sql) {
    database().write([&](Transaction& transaction) { transaction.exec(sql); });
  }
  std::string text(const std::string& sql) {
    return database().read(
        [&](Transaction& transaction) { return transaction.exec(sql)[0][0].as<std::string>(""); });
  }
  int number(const std::string& sql) { return std::stoi(text(sql)); }

  /// The subjects that took effect, in alphabetical order.
  std::vector<std::string> heard() {
    std::vector<std::string> subjects;
    database().read([&](Transaction& transaction) {
      for (const auto& row : transaction.exec("SELECT subject FROM heard ORDER BY subject")) {
        subjects.push_back(row[0].as<std::string>());
      }
    });
    return subjects;
  }
  int heard_count() { return number("SELECT count(*) FROM heard"); }
  int unsent_count() { return number("SELECT count(*) FROM chassis.outbox WHERE sent_at IS NULL"); }

 private:
  std::string name_;
  testing::TestDatabase store_;
};

/// The effect of an event: a row.
inline void hear(Transaction& transaction, const Event& event) {
  constexpr Statement insert{"test.hear", "INSERT INTO heard VALUES ($1, $2, $3, $4, $5)"};
  transaction.run(insert, event.id, event.type, event.subject, event.data,
                  Context::current().trace.trace_id);
}

/// One running replica of a service, with a pool of connections of its own.
class EventReplica {
 public:
  using Handlers = std::map<std::string, Events::Handler>;

  EventReplica(EventService& service, const std::string& nats_url, const Handlers& handlers = {},
               std::map<std::string, std::string> settings = {})
      : settings_{std::move(settings)},
        config_{[this](const std::string& setting) { return find(setting); }},
        database_{service.url(), service.name()},
        listener_{service.url()} {
    settings_.insert({{"NATS_URL", nats_url}, {"EVENT_RETRY_MS", "5"}, {"EVENT_LOOK_MS", "100"}});
    events_ = std::make_unique<Events>(service.name(), config_, database_, listener_);
    config_.check();
    for (const auto& [type, handler] : handlers) events_->on(type, handler);
    listener_.start();
    events_->start();
  }

  void stop() { events_->stop(); }
  Response get(const std::string& target) { return send(Method::get, target); }
  Response get_as_admin(const std::string& target) {
    testing::RouteTester tester{events_->routes()};
    return tester.as_admin().get(target);
  }
  Response replay(const std::string& id) {
    return send(Method::post, "/internal/dead-letters/" + id + "/replay");
  }

 private:
  std::optional<std::string> find(const std::string& setting) const {
    const auto found = settings_.find(setting);
    if (found == settings_.end()) return std::nullopt;
    return found->second;
  }
  Response send(Method method, const std::string& target) {
    testing::RouteTester tester{events_->routes()};
    return tester.as_peer().send(method, target);
  }

  std::map<std::string, std::string> settings_;
  Config config_;
  Database database_;
  Listener listener_;
  std::unique_ptr<Events> events_;
};

/// The value of a metric, summed over its labels.
inline double metric(const std::string& name) {
  const auto text = metrics_text();
  double sum = 0;
  for (auto at = text.find("\n" + name); at != std::string::npos;
       at = text.find("\n" + name, at + 1)) {
    const char next = text[at + 1 + name.size()];
    if (next != ' ' && next != '{') continue;
    sum += std::stod(text.substr(text.rfind(' ', text.find('\n', at + 1)) + 1));
  }
  return sum;
}

/// Two services and a NATS server: the shop tells, the hall hears.
class EventsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shop = new EventService{"shop"};
    hall = new EventService{"hall"};
  }
  static void TearDownTestSuite() {
    delete std::exchange(shop, nullptr);
    delete std::exchange(hall, nullptr);
  }
  void SetUp() override {
    for (auto* service : {shop, hall}) {
      service->exec(
          "TRUNCATE heard, chassis.outbox, chassis.inbox, chassis.event_failures,"
          " chassis.dead_letters, chassis.event_servers, chassis.event_consumers,"
          " chassis.idempotency_keys;"
          "DELETE FROM chassis.event_stream; INSERT INTO chassis.event_stream DEFAULT VALUES");
    }
  }

  using Settings = std::map<std::string, std::string>;

  std::unique_ptr<EventReplica> teller(const Settings& settings = {}) const {
    return std::make_unique<EventReplica>(*shop, nats_.url(), EventReplica::Handlers{}, settings);
  }
  std::unique_ptr<EventReplica> hearer(const Events::Handler& handler = hear,
                                       const Settings& settings = {}) const {
    return std::make_unique<EventReplica>(
        *hall, nats_.url(), EventReplica::Handlers{{"shop.opened", handler}}, settings);
  }
  static std::string tell(const std::string& subject) {
    return shop->publish("shop.opened", subject);
  }
  /// Three digits each.
  static std::vector<std::string> numbers(int first, int last) {
    std::vector<std::string> words;
    for (int n = first; n <= last; ++n) words.push_back(std::to_string(1000 + n).substr(1));
    return words;
  }
  /// Tells an event of each number.
  static std::vector<std::string> tell(int first, int last) {
    auto subjects = numbers(first, last);
    shop->database().write([&](Transaction& transaction) {
      for (const auto& subject : subjects) publish(transaction, "shop.opened", subject, "{}");
    });
    return subjects;
  }
  static void wait_until_heard(const std::vector<std::string>& subjects) {
    wait_until([&] { return hall->heard_count() >= static_cast<int>(subjects.size()); });
    EXPECT_EQ(hall->heard(), subjects);
  }
  static void wait_until_sent() {
    wait_until([] { return shop->unsent_count() == 0; });
  }
  static void wait_until_dead(int letters) {
    wait_until(
        [&] { return hall->number("SELECT count(*) FROM chassis.dead_letters") == letters; });
  }
  /// Until the hall has acknowledged all that is in the stream, so that nothing comes any more.
  void wait_until_all_is_taken(const std::string& consumer = "hall-shop-opened") const {
    const NatsLibrary library;
    NatsStream stream{nats_.url(), "test"};
    wait_until([&] {
      const auto last = stream.open(std::chrono::hours{1}).last_sequence;
      return stream.floor(consumer) == last;
    });
  }

  testing::TestNats nats_;
  inline static EventService* shop = nullptr;
  inline static EventService* hall = nullptr;
};

}  // namespace chassis
