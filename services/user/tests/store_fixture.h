#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <vector>

#include "chassis/error.h"
#include "chassis/testing/database.h"
#include "erasure_store.h"
#include "letter_store.h"
#include "session_store.h"
#include "sign_in_store.h"
#include "user_embedded.h"
#include "user_store.h"

namespace user {

inline const std::string hash_one = "$argon2id$v=19$m=8,t=1,p=1$one";
inline const std::string hash_two = "$argon2id$v=19$m=8,t=1,p=1$two";

/// Every store on a database of its own.
class Stores : public testing::Test {
 protected:
  /// Runs `work` in so many threads, begun together; returns how many threw Error{code}. Other
  /// errors fail the test.
  static int refused(int threads, chassis::ErrorCode code, const std::function<void(int)>& work) {
    std::atomic<int> waiting{threads};
    std::atomic<int> count{0};
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&, i] {
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        try {
          work(i);
        } catch (const chassis::Error& error) {
          EXPECT_EQ(error.code(), code) << error.what();
          ++count;
        }
      });
    }
    for (auto& thread : running) thread.join();
    return count;
  }

  /// The code that `work` throws; nothing when it does not.
  static std::optional<chassis::ErrorCode> code_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const chassis::Error& error) {
      return error.code();
    }
    return std::nullopt;
  }

  std::int64_t number(const std::string& sql) {
    return database_.database().read([&](chassis::Transaction& transaction) {
      return transaction.exec(sql)[0][0].as<std::int64_t>();
    });
  }

  void run(const std::string& sql) {
    database_.database().write([&](chassis::Transaction& transaction) { transaction.exec(sql); });
  }

  /// The events that were told, oldest first: "<type> <data>".
  std::vector<std::string> told() {
    return database_.database().read([&](chassis::Transaction& transaction) {
      std::vector<std::string> events;
      for (const auto& row : transaction.exec(
               "SELECT concat_ws(' ', type, data) FROM chassis.outbox ORDER BY created_at, id")) {
        events.emplace_back(row[0].c_str());
      }
      return events;
    });
  }

  Credential signed_up(const std::string& email) {
    return users_.find(users_.sign_up({email, "", "Ada"}, hash_one).id);
  }

  static constexpr auto unauthenticated = chassis::ErrorCode::unauthenticated;
  static constexpr auto not_found = chassis::ErrorCode::not_found;
  static constexpr auto too_many = chassis::ErrorCode::too_many_requests;

  chassis::testing::TestDatabase database_{embedded()};
  PostgresUsers users_{database_.database()};
  PostgresSessions sessions_{database_.database(), {}};
  PostgresTries tries_{database_.database()};
  PostgresLetters letters_{database_.database()};
  PostgresErasures erasures_{database_.database()};
};

}  // namespace user
