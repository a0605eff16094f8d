#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "chassis/config.h"
#include "chassis/context.h"
#include "chassis/events.h"
#include "chassis/json.h"
#include "chassis/listener.h"
#include "chassis/testing/database.h"
#include "chassis/testing/nats.h"
#include "chassis/testing/routes.h"
#include "db_fixture.h"

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
class Replica {
 public:
  using Handlers = std::map<std::string, Events::Handler>;

  Replica(EventService& service, const std::string& nats_url, const Handlers& handlers = {},
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

/// Two services and a NATS server: the shop tells, the hall hears.
class EventsTest : public ::testing::Test {
 protected:
  testing::TestNats nats_;
  EventService shop_{"shop"};
  EventService hall_{"hall"};

  std::unique_ptr<Replica> teller(std::map<std::string, std::string> settings = {}) {
    return std::make_unique<Replica>(shop_, nats_.url(), Replica::Handlers{}, std::move(settings));
  }
  std::unique_ptr<Replica> hearer(Events::Handler handler = hear,
                                  std::map<std::string, std::string> settings = {}) {
    return std::make_unique<Replica>(hall_, nats_.url(),
                                     Replica::Handlers{{"shop.opened", std::move(handler)}},
                                     std::move(settings));
  }
  void tell(const std::string& subject) { shop_.publish("shop.opened", subject); }
  void wait_until_heard(const std::vector<std::string>& subjects) {
    wait_until([&] { return hall_.heard_count() >= static_cast<int>(subjects.size()); });
    EXPECT_EQ(hall_.heard(), subjects);
  }
};

}  // namespace chassis
