#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "buyer_store.h"
#include "cancel_routes.h"
#include "cancel_saga.h"
#include "cancel_store.h"
#include "cart_routes.h"
#include "cart_store.h"
#include "chassis/id.h"
#include "chassis/listener.h"
#include "chassis/router.h"
#include "chassis/testing/database.h"
#include "chassis/testing/routes.h"
#include "checkout_routes.h"
#include "checkout_saga.h"
#include "checkout_store.h"
#include "fake_payments.h"
#include "fake_stock.h"
#include "order_embedded.h"
#include "order_routes.h"
#include "order_store.h"

namespace order {

inline void wait_until(const std::function<bool()>& condition) {
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up_at) << "it never came true";
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

/// The system's clock, put forward.
class TestClock final : public chassis::Clock {
 public:
  chassis::Time now() const override { return chassis::system_clock().now() + ahead_.load(); }
  void put_forward(std::chrono::microseconds by) { ahead_ = ahead_.load() + by; }

 private:
  std::atomic<std::chrono::microseconds> ahead_{};
};

/// The world around the service: its database and its peers.
struct World {
  explicit World(const std::string& database_url) : url{database_url} {}

  std::string url;
  std::shared_ptr<FakeStock> stock = std::make_shared<FakeStock>();
  std::shared_ptr<FakePayments> payments = std::make_shared<FakePayments>();
  TestClock clock;
};

/// Somebody who sends requests to a replica.
class Visitor {
 public:
  Visitor(std::shared_ptr<const chassis::Router> router, const std::string& user)
      : router_{std::move(router)} {
    base_.context.trace = chassis::Trace::from_header("");
    base_.context.caller = chassis::Caller{user, ""};
  }
  Visitor as_nobody() const {
    auto visitor = *this;
    visitor.base_.context.caller.reset();
    return visitor;
  }
  Visitor as_peer() const {
    auto visitor = as_nobody();
    visitor.base_.internal = true;
    return visitor;
  }

  chassis::Response get(const std::string& target, chassis::Headers headers = {}) const {
    return send(chassis::Method::get, target, "", std::move(headers));
  }
  chassis::Response post(const std::string& target, const std::string& body = "",
                         chassis::Headers headers = {}) const {
    headers.add("Content-Type", "application/json");
    return send(chassis::Method::post, target, body, std::move(headers));
  }

 private:
  chassis::Response send(chassis::Method method, const std::string& target, const std::string& body,
                         chassis::Headers headers) const {
    auto request = base_;
    request.method = method;
    request.body = body;
    request.headers = std::move(headers);
    return chassis::dispatch(*router_, std::move(request), target);
  }

  std::shared_ptr<const chassis::Router> router_;
  chassis::Request base_;
};

/// One process of the service, or what would be one. In the background nothing goes on unless
/// sagas.begin() is called.
struct Replica {
  using Settings = std::map<std::string, std::string>;

  explicit Replica(World& world, const Settings& settings = {},
                   std::chrono::milliseconds wait = std::chrono::seconds{20})
      : config{[settings](const std::string& name) -> std::optional<std::string> {
          const auto found = settings.find(name);
          if (found != settings.end()) return found->second;
          if (name == "SAGA_RETRY_MAX_MS") return "20";
          return std::nullopt;
        }},
        database{world.url, "replica"},
        listener{world.url},
        sagas{config, database, listener},
        desk{database, sagas, wait},
        carts{std::make_shared<PostgresCarts>(database, "EUR")},
        checkouts{std::make_shared<PostgresCheckouts>(database, "EUR", 20)},
        cancellations{std::make_shared<PostgresCancellations>(database)} {
    sagas.add(checkout_kind({checkouts, world.stock, world.payments, buyers, &world.clock}));
    sagas.add(cancel_kind(cancellations, world.payments, buyers));
    listener.start();
    routes = cart_routes(carts, world.stock, "EUR") + checkout_routes(desk, checkouts, "EUR") +
             cancel_routes(desk, cancellations, 14) +
             order_routes(std::make_shared<PostgresOrders>(database));
    router = std::make_shared<chassis::Router>(routes);
  }

  Visitor as(const std::string& user) const { return {router, user}; }

  chassis::Config config;
  chassis::Database database;
  chassis::Listener listener;
  chassis::Sagas sagas;
  Desk desk;
  std::shared_ptr<PostgresCarts> carts;
  std::shared_ptr<PostgresCheckouts> checkouts;
  std::shared_ptr<PostgresCancellations> cancellations;
  std::shared_ptr<PostgresBuyers> buyers = std::make_shared<PostgresBuyers>();
  chassis::Routes routes;
  std::shared_ptr<const chassis::Router> router;
};

/// A shop with one replica, empty before each test.
class ShopTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { shared = new chassis::testing::TestDatabase{embedded()}; }
  static void TearDownTestSuite() {
    delete shared;
    shared = nullptr;
  }
  ShopTest() {
    run("TRUNCATE carts, cart_lines, orders, order_lines, buyers, chassis.sagas, chassis.outbox,"
        " chassis.idempotency_keys");
  }

  static void run(const std::string& sql) {
    shared->database().write([&](chassis::Transaction& transaction) { transaction.exec(sql); });
  }
  static std::string text(const std::string& sql) {
    return shared->database().read([&](chassis::Transaction& transaction) {
      return std::string{transaction.exec(sql)[0][0].c_str()};
    });
  }
  static std::int64_t number(const std::string& sql) { return std::stoll(text(sql)); }

  void put(const std::string& product, std::int64_t quantity, const std::string& user = ada) {
    const auto goods = world_.stock->look({product}).at(0);
    replica_.carts->put({Owner::Kind::user, user},
                        {product, goods.name, quantity, goods.unit_price});
  }
  std::vector<Line> cart(const std::string& user = ada) {
    return replica_.carts->find({Owner::Kind::user, user}).lines;
  }

  static std::string draft(std::int64_t expected, const std::string& token = "tok-of-the-card",
                           const std::string& more = "") {
    return R"({"card_token":")" + token + R"(","expected_total":{"amount":)" +
           std::to_string(expected) + R"(,"currency":"EUR"})" + more + "}";
  }
  static chassis::Response order_at(const Replica& replica, const std::string& body,
                                    const std::string& key, const std::string& user = ada) {
    return replica.as(user).post("/v1/orders", body, {{"Idempotency-Key", key}});
  }
  chassis::Response order(const std::string& body, const std::string& key = "k1",
                          const std::string& user = ada) {
    return order_at(replica_, body, key, user);
  }
  chassis::Response cancel(const std::string& id, const std::string& key = "c1",
                           const std::string& user = ada) {
    return replica_.as(user).post("/v1/orders/" + id + "/cancel", "", {{"Idempotency-Key", key}});
  }

  /// A member of a JSON object that is text.
  static std::string member(const std::string& json, const char* name) {
    chassis::JsonDocument document{json, chassis::Unknown::ignore};
    const auto found = document.root().member(name);
    return found ? found->text() : "";
  }
  static std::string id_of(const chassis::Response& response) {
    return member(response.body, "id");
  }
  static std::string type_of(const chassis::Response& response) {
    const auto type = member(response.body, "type");
    return type.substr(type.rfind(':') + 1);
  }
  static std::int64_t events(const std::string& type) {
    return number("SELECT count(*) FROM chassis.outbox WHERE type = '" + type + "'");
  }
  /// Orders that tell the money otherwise than the bank, or shelves that do not fit.
  void expect_balanced() {
    std::int64_t told = 0;
    for (const auto& order : PostgresOrders{replica_.database}.all("", 1'000)) {
      const bool paid = order.status == Status::confirmed || order.status == Status::cancelling;
      EXPECT_EQ(world_.payments->held(order.id), paid ? order.total.amount : 0) << order.id;
      EXPECT_EQ(world_.stock->state(order.id) == "committed",
                paid || order.status == Status::cancelled)
          << order.id;
      EXPECT_FALSE(is_under_way(order)) << order.id;
      if (paid) told += order.total.amount;
    }
    EXPECT_EQ(world_.payments->held(), told);
    EXPECT_EQ(number("SELECT count(*) FROM chassis.sagas WHERE ended_at IS NULL"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM chassis.sagas WHERE data <> '{}'"), 0);
  }

  static inline const std::string ada = chassis::testing::ada;
  static inline const std::string eve = chassis::testing::eve;
  static inline chassis::testing::TestDatabase* shared = nullptr;
  World world_{shared->url()};
  Replica replica_{world_};
};

}  // namespace order
