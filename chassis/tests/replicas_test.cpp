#include "replicas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <map>
#include <mutex>

#include "chassis/testing/events.h"
#include "client_fixture.h"
#include "peer.h"
#include "pending_call.h"

namespace chassis {
namespace {

using Addresses = std::vector<std::string>;
using chassis::testing::await;
using std::chrono::milliseconds;
using ::testing::Each;
using ::testing::Pair;

/// A name server whose answer a test changes.
class NameServer {
 public:
  explicit NameServer(Addresses addresses) : state_{std::make_shared<State>()} {
    state_->answer = std::move(addresses);
  }
  void answer(std::optional<Addresses> addresses) {
    const std::lock_guard lock{state_->mutex};
    state_->answer = std::move(addresses);
  }
  int asked() const {
    const std::lock_guard lock{state_->mutex};
    return state_->asked;
  }
  Replicas::LookUp look_up() const {
    return [state = state_] {
      const std::lock_guard lock{state->mutex};
      ++state->asked;
      return state->answer;
    };
  }

 private:
  struct State {
    std::mutex mutex;
    std::optional<Addresses> answer;
    int asked = 0;
  };
  std::shared_ptr<State> state_;
};

std::map<std::string, int> turns(Replicas& replicas, int count, Replicas::Time now = {}) {
  std::map<std::string, int> taken;
  for (int i = 0; i < count; ++i) ++taken[replicas.next(now)];
  return taken;
}

TEST(Replicas, every_one_gets_the_same_share_a_new_one_too_and_a_lost_one_nothing) {
  NameServer names{{"10.0.0.1"}};
  Replicas replicas{names.look_up()};
  await([&] { return turns(replicas, 12) == std::map<std::string, int>{{"10.0.0.1", 12}}; });
  names.answer(Addresses{"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  await([&] {
    return turns(replicas, 12) ==
           std::map<std::string, int>{{"10.0.0.1", 4}, {"10.0.0.2", 4}, {"10.0.0.3", 4}};
  });
  names.answer(Addresses{"10.0.0.3"});
  await([&] { return turns(replicas, 12) == std::map<std::string, int>{{"10.0.0.3", 12}}; });
  names.answer(Addresses{});
  await([&] { return replicas.next({}).empty(); });
}

TEST(Replicas, a_name_server_that_fails_changes_nothing) {
  NameServer names{{"10.0.0.1"}};
  Replicas replicas{names.look_up()};
  await([&] { return !replicas.next({}).empty(); });
  names.answer(std::nullopt);
  const auto asked = names.asked();
  await([&] { return names.asked() >= asked + 2; });
  EXPECT_EQ(replicas.next({}), "10.0.0.1");
}

TEST(Replicas, one_that_failed_rests_unless_all_did) {
  NameServer names{{"10.0.0.1", "10.0.0.2"}};
  Replicas replicas{names.look_up()};
  await([&] { return !replicas.next({}).empty(); });
  const auto now = std::chrono::steady_clock::now();
  replicas.failed("10.0.0.1", now);
  EXPECT_THAT(turns(replicas, 6, now), Each(Pair("10.0.0.2", 6)));
  EXPECT_EQ(turns(replicas, 6, now + Replicas::rest).size(), 2U);
  replicas.failed("10.0.0.2", now);
  EXPECT_EQ(turns(replicas, 6, now).size(), 2U);
}

TEST(Replicas, an_address_has_none) {
  EXPECT_EQ(Replicas::of("http://127.0.0.1:8080"), nullptr);
  EXPECT_EQ(Replicas::of("http://[::1]:8080"), nullptr);
  EXPECT_EQ(Replicas::of("no url"), nullptr);
  EXPECT_NE(Replicas::of("http://product-pods:8080"), nullptr);
}

/// Calls to "tea", which is at 127.0.0.2 and 127.0.0.3.
class TwoReplicas : public ClientTest {
 protected:
  void call_tea() {
    peer_ = std::make_shared<Peer>(peer_name());
    const NameServer names{{"127.0.0.2", "127.0.0.3"}};
    auto replicas = std::make_unique<Replicas>(names.look_up());
    await([&] { return !replicas->next({}).empty(); });
    peer_->spread_over(std::move(replicas));
  }
  Reply call(Method method, milliseconds timeout = long_enough) {
    const Call call{.method = method, .path = "/tea", .timeout = timeout};
    const auto url = "http://tea:" + std::to_string(first_->port());
    auto pending = std::make_shared<PendingCall>(call, url, token);
    auto future = pending->future();
    auto& reactor = *reactor_;
    reactor.post([&reactor, pending, peer = peer_] { pending->begin(reactor, peer); });
    return future.get();
  }

  std::unique_ptr<RawServer> first_ =
      std::make_unique<RawServer>(always(http_answer(200)), "127.0.0.2");
  std::shared_ptr<Peer> peer_;
  std::shared_ptr<Reactor> reactor_ = Reactor::shared();
};

TEST_F(TwoReplicas, calls_take_turns_over_kept_connections) {
  const RawServer second{always(http_answer(200)), "127.0.0.3", first_->port()};
  call_tea();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(call(Method::get).status, 200);
  EXPECT_EQ(first_->request_count(), 10U);
  EXPECT_EQ(second.request_count(), 10U);
  EXPECT_EQ(first_->connection_count(), 1U);
  EXPECT_EQ(second.connection_count(), 1U);
}

TEST_F(TwoReplicas, one_that_is_gone_fails_no_call) {
  call_tea();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(call(Method::post).status, 200);
  EXPECT_EQ(first_->request_count(), 10U);
  EXPECT_GE(retries(), 1);
}

TEST_F(TwoReplicas, one_that_keeps_silent_is_asked_once) {
  std::latch ended{1};
  const RawServer second{[&](Connection&, const std::string&, int) { ended.wait(); }, "127.0.0.3",
                         first_->port()};
  call_tea();
  int silent = 0;
  for (int i = 0; i < 10; ++i) {
    try {
      call(Method::get, milliseconds{150});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::timeout);
      ++silent;
    }
  }
  EXPECT_EQ(silent, 1);
  ended.count_down();
}

}  // namespace
}  // namespace chassis
