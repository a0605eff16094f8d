#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "chassis/id.h"
#include "chassis/saga.h"
#include "db_fixture.h"

namespace chassis {

/// What a step does besides being noted, by its name: "boil", "boil effect", "undo boil",
/// "undo boil effect", "undone".
using Hooks = std::map<std::string, std::function<void(const Saga& saga)>>;

/// The kind "tea": boil, steep (nothing to undo) and pour. Each call to a step is noted in the
/// table `calls`, by a transaction of its own, as a peer would; each effect in the table `effects`.
inline SagaKind tea(Database& database, const Hooks& hooks = {}) {
  static constexpr Statement note_call{"test.note_call",
                                       "INSERT INTO calls (saga, what) VALUES ($1, $2)"};
  static constexpr Statement note_effect{"test.note_effect",
                                         "INSERT INTO effects (saga, what) VALUES ($1, $2)"};
  const auto hook = [hooks](const std::string& what, const Saga& saga) {
    if (const auto found = hooks.find(what); found != hooks.end()) found->second(saga);
  };
  const auto part = [&database, hook](const std::string& what) {
    return [&database, hook, what](const Saga& saga) -> SagaEffect {
      database.read([&](Transaction& transaction) { transaction.run(note_call, saga.id, what); });
      hook(what, saga);
      return [hook, what, saga](Transaction& transaction) {
        transaction.run(note_effect, saga.id, what);
        hook(what + " effect", saga);
      };
    };
  };
  return {.name = "tea",
          .steps = {{"boil", part("boil"), part("undo boil")},
                    {"steep", part("steep")},
                    {"pour", part("pour"), part("undo pour")}},
          .undone = [hook](Transaction& transaction, const Saga& saga, const Error& why) {
            transaction.run(note_effect, saga.id, "undone: " + why.type());
            hook("undone", saga);
          }};
}

/// One process of a service, or what would be one.
struct Replica {
  using Settings = std::map<std::string, std::string>;

  explicit Replica(const std::string& url, const Settings& settings = {})
      : config{[settings](const std::string& name) -> std::optional<std::string> {
          const auto found = settings.find(name);
          if (found == settings.end()) return std::nullopt;
          return found->second;
        }},
        database{url, "replica"},
        listener{url},
        sagas{config, database, listener} {}

  /// Adds the kind, and listens.
  void serve(SagaKind kind) {
    sagas.add(std::move(kind));
    listener.start();
    wait_until([&] { return listener.connected(); });
  }
  void serve(const Hooks& hooks = {}) { serve(tea(database, hooks)); }

  std::string start(const std::string& data = "{}", const std::string& kind = "tea") {
    auto id = new_id();
    database.write([&](Transaction& transaction) { sagas.start(transaction, kind, id, data); });
    return id;
  }
  SagaState run(const std::string& id,
                std::chrono::milliseconds patience = std::chrono::seconds{20}) {
    return sagas.run("tea", id, patience);
  }

  Config config;
  Database database;
  Listener listener;
  Sagas sagas;
};

/// A database with the tables that tea() writes.
class SagaTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared = new testing::TestDatabase{
        {{"migrations/0001_tea.sql",
          "CREATE TABLE calls (n bigint GENERATED ALWAYS AS IDENTITY, saga uuid, what text);"
          "CREATE TABLE effects (n bigint GENERATED ALWAYS AS IDENTITY, saga uuid, what text)"}}};
  }
  static void TearDownTestSuite() {
    delete shared;
    shared = nullptr;
  }
  void SetUp() override { exec("TRUNCATE calls, effects, chassis.sagas"); }

  static const std::string& url() { return shared->url(); }
  static void exec(const std::string& sql) {
    shared->database().write([&](Transaction& transaction) { transaction.exec(sql); });
  }
  static std::string value(const std::string& sql) {
    return shared->database().read([&](Transaction& transaction) {
      const auto field = transaction.exec(sql)[0][0];
      return field.is_null() ? std::string{} : std::string{field.c_str()};
    });
  }
  static std::string all(const std::string& table, const std::string& id) {
    return value("SELECT string_agg(what, ', ' ORDER BY n) FROM " + table + " WHERE saga = '" + id +
                 "'");
  }
  /// What was asked of the steps of a saga, in order: "boil, steep".
  static std::string calls(const std::string& id) { return all("calls", id); }
  static std::string effects(const std::string& id) { return all("effects", id); }
  static std::string of(const std::string& id, const std::string& column) {
    return value("SELECT " + column + " FROM chassis.sagas WHERE id = '" + id + "'");
  }

  inline static testing::TestDatabase* shared = nullptr;
};

/// Throws the first time it is called, and `times` in all.
inline std::function<void(const Saga&)> throwing(const Error& error, int times = 1) {
  return [=, left = std::make_shared<std::atomic<int>>(times)](const Saga&) {
    if ((*left)-- > 0) throw Error{error};
  };
}

/// Holds the first who comes until it is opened (or the test has failed); others pass.
class Gate {
 public:
  std::function<void(const Saga&)> hook() {
    return [this](const Saga&) {
      if (came_.exchange(true)) return;
      here_.set_value();
      opened_.wait_for(std::chrono::seconds{30});
    };
  }
  void wait_for_somebody() { here_.get_future().wait(); }
  void open() { open_.set_value(); }

 private:
  std::atomic<bool> came_{false};
  std::promise<void> here_;
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
};

constexpr auto tea_effects = "boil, steep, pour";

}  // namespace chassis
