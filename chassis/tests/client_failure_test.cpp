#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "chassis/client.h"
#include "chassis/context.h"
#include "client_fixture.h"

namespace chassis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

using ClientFailure = ClientTest;

// --- time

/// Keeps its answers back until the test ends.
class SilentPeer : public ClientTest {
 protected:
  ~SilentPeer() override {
    client_.reset();
    ended_.count_down();
  }
  RawServer& serve_silence() {
    return serve([this](Connection&, const std::string&, int) { ended_.wait(); });
  }

  std::latch ended_{1};
};

TEST_F(SilentPeer, a_call_is_given_up_when_its_time_is_up) {
  auto& server = serve_silence();
  EXPECT_EQ(code_of([&] { get(milliseconds{150}); }), ErrorCode::timeout);
  EXPECT_EQ(server.request_count(), 1U) << "no time is left for another attempt";
  EXPECT_EQ(calls_measured("timeout"), 1);
}

TEST_F(SilentPeer, a_call_is_given_up_when_the_requests_deadline_passes) {
  serve_silence();
  Context context;
  context.deadline = std::chrono::steady_clock::now() + milliseconds{150};
  const ContextScope scope{context};
  EXPECT_EQ(code_of([&] { get(); }), ErrorCode::timeout);
}

TEST_F(SilentPeer, nothing_is_sent_after_the_deadline) {
  auto& server = serve_silence();
  Context context;
  context.deadline = std::chrono::steady_clock::now() - milliseconds{1};
  const ContextScope scope{context};
  EXPECT_EQ(code_of([&] { get(); }), ErrorCode::timeout);
  EXPECT_EQ(server.connection_count(), 0U);
}

TEST_F(SilentPeer, a_client_that_goes_away_ends_its_calls) {
  auto& server = serve_silence();
  std::vector<std::future<Reply>> replies;
  replies.reserve(4);
  for (int i = 0; i < 4; ++i) {
    replies.push_back(
        client().start({.method = Method::get, .path = "/tea", .timeout = long_enough}));
  }
  ASSERT_TRUE(server.await_requests(4));
  client_.reset();
  for (auto& reply : replies) {
    EXPECT_EQ(code_of([&] { reply.get(); }), ErrorCode::unavailable);
  }
}

TEST_F(SilentPeer, another_clients_calls_go_on_when_one_goes_away) {
  auto& silent = serve_silence();
  const RawServer talking{always(http_answer(200))};
  Client other{"other", talking.url(), token};
  EXPECT_EQ(other.get("/tea").status, 200);
  auto reply = client().start({.method = Method::get, .path = "/tea", .timeout = long_enough});
  ASSERT_TRUE(silent.await_requests(1));
  client_.reset();
  EXPECT_EQ(code_of([&] { reply.get(); }), ErrorCode::unavailable);
  EXPECT_EQ(other.get("/tea").status, 200);
}

TEST_F(SilentPeer, too_little_time_is_no_fault_of_the_peer) {
  serve_silence();
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(code_of([&] { get(milliseconds{5}); }), ErrorCode::timeout);
  }
  EXPECT_EQ(breaker_state(), 0);
}

// --- retries

TEST_F(ClientFailure, a_passing_failure_is_retried) {
  for (const auto status : {502, 503, 504}) {
    auto& server = serve([&](Connection& connection, const std::string&, int number) {
      connection.send(http_answer(number < 3 ? status : 200));
    });
    EXPECT_EQ(get().status, 200);
    EXPECT_EQ(server.request_count(), 3U);
  }
  EXPECT_EQ(retries(), 6);
  EXPECT_EQ(calls_measured("2xx"), 3);
}

TEST_F(ClientFailure, a_broken_connection_is_retried) {
  auto& server = serve([](Connection& connection, const std::string&, int number) {
    if (number == 1) return connection.close();
    if (number == 2) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      return connection.close();
    }
    connection.send(http_answer(200, "whole"));
  });
  EXPECT_EQ(get().body, "whole");
  EXPECT_EQ(server.request_count(), 3U);
}

TEST_F(ClientFailure, after_three_attempts_the_last_answer_stands) {
  auto& server = serve(always(http_answer(503, "busy")));
  EXPECT_EQ(get().body, "busy");
  EXPECT_EQ(server.request_count(), 3U);
}

TEST_F(ClientFailure, a_retry_goes_over_another_connection) {
  auto& server = serve([](Connection& connection, const std::string&, int number) {
    connection.send(http_answer(number == 1 ? 503 : 200));
  });
  get();
  EXPECT_EQ(server.connection_count(), 2U) << "to another replica, perhaps";
}

TEST_F(ClientFailure, answers_about_the_request_are_not_retried) {
  for (const auto status : {400, 404, 409, 429, 500, 501}) {
    auto& server = serve(always(http_answer(status)));
    EXPECT_EQ(get().status, status);
    EXPECT_EQ(server.request_count(), 1U);
  }
}

TEST_F(ClientFailure, a_post_is_retried_only_when_it_may_be) {
  const auto unavailable_once = [](Connection& connection, const std::string&, int number) {
    connection.send(http_answer(number == 1 ? 503 : 200));
  };
  serve(unavailable_once);
  EXPECT_EQ(post().status, 503);
  auto& server = serve(unavailable_once);
  EXPECT_EQ(post({{"Idempotency-Key", "k1"}}).status, 200);
  for (const auto& request : server.requests()) {
    EXPECT_THAT(request, HasSubstr("\r\nIdempotency-Key: k1\r\n"));
  }
  serve(unavailable_once);
  const auto reply = client().call(
      {.method = Method::post, .path = "/tea", .idempotent = true, .timeout = long_enough});
  EXPECT_EQ(reply.status, 200);
}

TEST_F(ClientFailure, a_wish_to_wait_is_kept_or_the_call_given_up) {
  using Times = std::vector<std::chrono::steady_clock::time_point>;
  Times times;
  auto& server = serve([&](Connection& connection, const std::string&, int number) {
    times.push_back(std::chrono::steady_clock::now());
    connection.send(number == 1 ? http_answer(503, "", "Retry-After: 1\r\n") : http_answer(200));
  });
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(server.request_count(), 2U);
  EXPECT_GE(times.at(1) - times.at(0), milliseconds{999}) << "asked to wait a second";

  auto& later = serve(always(http_answer(503, "", "Retry-After: 600\r\n")));
  EXPECT_EQ(get().status, 503);
  EXPECT_EQ(later.request_count(), 1U) << "the wait would outlast the call";
}

TEST_F(ClientFailure, retries_are_a_small_part_of_the_calls) {
  std::atomic<bool> well = false;
  auto& server = serve([&](Connection& connection, const std::string&, int) {
    // Every other request fails, so the circuit stays closed.
    const bool now = well.exchange(!well);
    connection.send(http_answer(now ? 200 : 503));
  });
  constexpr int calls = 60;
  int failed = 0;
  for (int i = 0; i < calls; ++i) {
    well = false;
    failed += get().status == 503 ? 1 : 0;
    well = true;
    get();
  }
  EXPECT_GT(failed, 0) << "the budget must have run out";
  EXPECT_EQ(retries(), calls - failed);
  EXPECT_EQ(server.request_count(), static_cast<std::size_t>(2 * calls + calls - failed));
}

// --- the circuit

TEST_F(ClientFailure, a_run_of_failures_opens_the_circuit_and_a_probe_closes_it) {
  std::atomic<bool> well = false;
  auto& server = serve([&](Connection& connection, const std::string&, int) {
    if (!well) return connection.close();
    connection.send(http_answer(200));
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code_of([&] { post(); }), ErrorCode::unavailable);
  EXPECT_EQ(server.request_count(), 5U);
  EXPECT_EQ(breaker_state(), 2);
  EXPECT_EQ(code_of([&] { post(); }), ErrorCode::unavailable);
  EXPECT_EQ(server.request_count(), 5U) << "an open circuit asks nobody";
  EXPECT_EQ(calls_measured("open"), 1);

  well = true;
  const auto give_up = std::chrono::steady_clock::now() + seconds{20};
  auto status = 0;
  while (status != 200) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    try {
      status = post().status;
    } catch (const Error&) {
      std::this_thread::yield();
    }
  }
  EXPECT_EQ(server.request_count(), 6U) << "only the probe";
  EXPECT_EQ(breaker_state(), 0);
}

TEST_F(ClientFailure, answers_that_are_our_fault_leave_the_circuit_closed) {
  for (const auto status : {400, 404, 500}) {
    serve(always(http_answer(status)));
    for (int i = 0; i < 25; ++i) EXPECT_EQ(get().status, status);
    EXPECT_EQ(breaker_state(), 0);
  }
}

TEST_F(ClientFailure, a_peer_that_is_not_there_is_unavailable) {
  std::string url;
  {
    const RawServer gone{always("")};
    url = gone.url();
  }
  Client nobody{peer_name(), url, token};
  EXPECT_EQ(code_of([&] { nobody.get("/tea"); }), ErrorCode::unavailable);
  Client nameless{peer_name(), "http://no-such-host.invalid", token};
  EXPECT_EQ(code_of([&] { nameless.get("/tea"); }), ErrorCode::unavailable);
  Client elsewhere{peer_name(), "file:///etc", token};
  EXPECT_EQ(code_of([&] { elsewhere.get("/passwd"); }), ErrorCode::unavailable);
}

}  // namespace
}  // namespace chassis
