#include "chassis/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <latch>
#include <stdexcept>

#include "chassis/context.h"
#include "chassis/metrics.h"
#include "raw_server.h"

namespace chassis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::http_answer;
using ::testing::Not;
using testing::RawServer;
using ::testing::StartsWith;
using Connection = RawServer::Connection;

constexpr auto token = "the token of this installation";
constexpr milliseconds long_enough{20'000};

RawServer::Serve always(std::string answer) {
  return [answer = std::move(answer)](Connection& connection, const std::string&, int) {
    connection.send(answer);
  };
}

int tests_run = 0;

/// A name of its own for each run of a test, so that its metrics start at nothing.
std::string peer_name() { return "peer-" + std::to_string(tests_run); }

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { ++tests_run; }

  RawServer& serve(RawServer::Serve serve) {
    server_ = std::make_unique<RawServer>(std::move(serve));
    client_ = std::make_unique<Client>(peer_name(), server_->url(), token);
    return *server_;
  }
  Client& client() { return *client_; }

  Reply get(milliseconds timeout = long_enough) {
    return client_->call({.method = Method::get, .path = "/tea", .timeout = timeout});
  }
  Reply post(Headers headers = {}) {
    return client_->call({.method = Method::post,
                          .path = "/tea",
                          .body = "{}",
                          .headers = std::move(headers),
                          .timeout = long_enough});
  }
  /// The code of the Error that `call` throws.
  template <typename Call>
  ErrorCode code_of(Call&& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.code();
    }
    throw std::logic_error{"no Error was thrown"};
  }

  std::unique_ptr<RawServer> server_;
  std::unique_ptr<Client> client_;  // gone first
};

double series(const std::string& start) {
  const auto text = metrics_text();
  const auto at = text.find("\n" + start + " ");
  return at == std::string::npos ? 0 : std::stod(text.substr(at + start.size() + 2));
}

double calls_measured(const std::string& status) {
  return series("http_client_request_duration_seconds_count{peer=\"" + peer_name() +
                "\",status=\"" + status + "\"}");
}

double breaker_state() { return series("http_client_breaker_state{peer=\"" + peer_name() + "\"}"); }

double retries() { return series("http_client_retries_total{peer=\"" + peer_name() + "\"}"); }

// --- what is sent

TEST_F(ClientTest, a_call_carries_on_behalf_of_whom_it_is_made) {
  auto& server = serve(always(http_answer(200, "{}")));
  Context context;
  context.trace = Trace::from_header("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  context.caller = Caller{"018f4e5a-0000-7000-8000-000000000001", "admin keeper"};
  context.guest_id = "018f4e5a-0000-7000-8000-000000000002";
  const ContextScope scope{context};
  get(milliseconds{1'234});
  const auto request = server.requests().at(0);
  EXPECT_THAT(request, StartsWith("GET /tea HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\ntraceparent: " + context.trace.header() + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-User-Id: 018f4e5a-0000-7000-8000-000000000001\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-User-Roles: admin keeper\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Guest-Id: 018f4e5a-0000-7000-8000-000000000002\r\n"));
  EXPECT_THAT(request, HasSubstr(std::string{"\r\nX-Internal-Token: "} + token + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Request-Deadline: "));
  EXPECT_THAT(request, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(request, Not(HasSubstr("Expect")));
}

int deadline_ms(const std::string& request) {
  constexpr std::string_view name = "X-Request-Deadline: ";
  return std::stoi(request.substr(request.find(name) + name.size()));
}

TEST_F(ClientTest, the_shorter_of_timeout_and_deadline_is_passed_on) {
  auto& server = serve(always(http_answer(200)));
  Context context;
  context.deadline = std::chrono::steady_clock::now() + seconds{60};
  const ContextScope scope{context};
  get(milliseconds{9'000});
  client().call({.method = Method::get, .path = "/tea", .timeout = seconds{600}});
  const auto requests = server.requests();
  EXPECT_LE(deadline_ms(requests.at(0)), 9'000);
  EXPECT_GT(deadline_ms(requests.at(0)), 0);
  EXPECT_LE(deadline_ms(requests.at(1)), 60'000);
  EXPECT_GT(deadline_ms(requests.at(1)), 9'000);
}

TEST_F(ClientTest, nobodys_call_starts_a_trace_and_names_no_caller) {
  auto& server = serve(always(http_answer(200)));
  get();
  const auto request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("\r\ntraceparent: 00-"));
  EXPECT_THAT(request, Not(HasSubstr("X-User-")));
  EXPECT_THAT(request, Not(HasSubstr("X-Guest-Id")));
}

TEST_F(ClientTest, every_method_arrives_with_its_body) {
  auto& server = serve(always(http_answer(200)));
  const std::string body = R"({"name":"assam"})";
  for (const auto method : {Method::post, Method::put, Method::patch, Method::del}) {
    client().call({.method = method, .path = "/tea?a=%20b", .body = body, .timeout = long_enough});
    const auto request = server.requests().back();
    EXPECT_THAT(request, StartsWith(std::string{name(method)} + " /tea?a=%20b HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(request, EndsWith("\r\n\r\n" + body));
  }
  client().call({.method = Method::post, .path = "/tea", .timeout = long_enough});
  EXPECT_THAT(server.requests().back(), HasSubstr("\r\nContent-Length: 0\r\n"));
  EXPECT_THAT(server.requests().back(), Not(HasSubstr("Content-Type")));
  client().call({.method = Method::del, .path = "/tea", .timeout = long_enough});
  EXPECT_THAT(server.requests().back(), StartsWith("DELETE /tea HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().back(), Not(HasSubstr("Content-")));
}

TEST_F(ClientTest, headers_of_the_call_are_sent_and_win_over_those_carried_on) {
  auto& server = serve(always(http_answer(200)));
  Context context;
  context.guest_id = "old";
  const ContextScope scope{context};
  post({{"Content-Type", "text/plain"}, {"x-guest-id", "new"}, {"If-Match", "\"7\""}, {"X-E", ""}});
  const auto request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nx-guest-id: new\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nIf-Match: \"7\"\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-E:\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("X-Guest-Id: old")));
}

TEST_F(ClientTest, what_would_change_the_meaning_of_a_request_is_a_programming_error) {
  auto& server = serve(always(http_answer(200)));
  for (const auto* path : {"", "tea", "@evil.example/", ".evil.example/", "/a b", "/a\r\nX-A: b",
                           "/a#b", "/caf\xc3\xa9"}) {
    EXPECT_THROW(client().get(path), std::invalid_argument) << path;
  }
  const Headers bad[]{{{"X-A", "b\r\nX-C: d"}},
                      {{"X-A", std::string{"b\0c", 3}}},
                      {{"X A", "b"}},
                      {{"", "b"}},
                      {{"X-Internal-Token", "b"}},
                      {{"content-length", "0"}},
                      {{"Transfer-Encoding", "chunked"}}};
  for (const auto& headers : bad) EXPECT_THROW(post(headers), std::invalid_argument);
  EXPECT_EQ(server.request_count(), 0U);
}

TEST_F(ClientTest, a_path_is_sent_as_it_is) {
  auto& server = serve(always(http_answer(200)));
  client().get("/a/../internal/%2e%2e/./b");
  EXPECT_THAT(server.requests().at(0), StartsWith("GET /a/../internal/%2e%2e/./b HTTP/1.1\r\n"));
}

TEST_F(ClientTest, proxies_of_the_environment_are_not_used) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  ::setenv("no_proxy", "", 1);
  serve(always(http_answer(200)));
  EXPECT_EQ(get().status, 200);
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
  ::unsetenv("no_proxy");
}

// --- what comes back

TEST_F(ClientTest, an_answer_is_given_whole_whatever_its_status) {
  serve([](Connection& connection, const std::string&, int number) {
    connection.send(number == 1 ? http_answer(404, "none", "ETag: \"7\"\r\nX-A:  b c \r\n")
                                : http_answer(500, "oops"));
  });
  const auto reply = get();
  EXPECT_EQ(reply.status, 404);
  EXPECT_FALSE(reply.ok());
  EXPECT_EQ(reply.body, "none");
  EXPECT_EQ(reply.headers.get("etag"), "\"7\"");
  EXPECT_EQ(reply.headers.get("x-a"), "b c");
  EXPECT_EQ(get().status, 500);
  EXPECT_EQ(calls_measured("4xx"), 1);
  EXPECT_EQ(calls_measured("5xx"), 1);
}

TEST_F(ClientTest, chunks_interim_answers_and_empty_answers_are_understood) {
  serve([](Connection& connection, const std::string&, int number) {
    connection.send(number == 1 ? "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\n"
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "3\r\nass\r\n2\r\nam\r\n0\r\n\r\n"
                                : "HTTP/1.1 204 None\r\n\r\n");
  });
  const auto reply = get();
  EXPECT_EQ(reply.body, "assam");
  EXPECT_FALSE(reply.headers.has("X-Early"));
  EXPECT_EQ(get().status, 204);
}

TEST_F(ClientTest, redirects_are_answers_and_not_followed) {
  auto& server = serve(always(http_answer(303, "", "Location: /elsewhere\r\n")));
  EXPECT_EQ(get().status, 303);
  EXPECT_EQ(server.request_count(), 1U);
}

TEST_F(ClientTest, an_answer_of_a_mebibyte_is_taken_and_one_byte_more_is_not) {
  constexpr std::size_t most = std::size_t{1} << 20;
  serve([](Connection& connection, const std::string&, int number) {
    connection.send(http_answer(200, std::string(number == 1 ? most : most + 1, 'x')));
  });
  EXPECT_EQ(get().body.size(), most);
  EXPECT_EQ(code_of([&] { get(); }), ErrorCode::unavailable);
  EXPECT_EQ(calls_measured("error"), 1);
}

TEST_F(ClientTest, an_endless_body_is_cut_off) {
  const std::string piece(64 * 1024, 'x');
  std::promise<bool> cut_off;
  auto& server = serve([&](Connection& connection, const std::string&, int) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    int left = 800;  // 50 MiB
    while (left > 0 && connection.send(piece)) --left;
    cut_off.set_value(left > 0);
    connection.close();
  });
  EXPECT_EQ(code_of([&] { get(); }), ErrorCode::unavailable);
  EXPECT_TRUE(cut_off.get_future().get());
  EXPECT_EQ(server.request_count(), 1U);
}

TEST_F(ClientTest, endless_headers_and_endless_interim_answers_are_cut_off) {
  for (const auto* line : {"X-Filler: filler filler filler filler\r\n", "X-A: b\r\n",
                           "HTTP/1.1 100 Continue\r\n\r\n"}) {
    std::promise<bool> cut_off;
    auto& server = serve([&](Connection& connection, const std::string&, int) {
      if (*line == 'X') connection.send("HTTP/1.1 200 OK\r\n");
      int left = 1'000'000;
      while (left > 0 && connection.send(line)) --left;
      cut_off.set_value(left > 0);
      connection.close();
    });
    EXPECT_EQ(code_of([&] { get(); }), ErrorCode::unavailable) << line;
    EXPECT_TRUE(cut_off.get_future().get()) << line;
    EXPECT_EQ(server.request_count(), 1U) << line;
  }
}

TEST_F(ClientTest, an_answer_that_is_no_http_is_an_error_and_not_asked_for_again) {
  for (const auto* garbage :
       {"SSH-2.0-OpenSSH_9.2\r\n", "\x16\x03\x01\x02", "HTTP/9.9 twelve\r\n\r\n"}) {
    auto& server = serve([&](Connection& connection, const std::string&, int) {
      connection.send(garbage);
      connection.close();
    });
    EXPECT_EQ(code_of([&] { get(); }), ErrorCode::unavailable) << garbage;
    EXPECT_EQ(server.request_count(), 1U) << garbage;
  }
}

TEST_F(ClientTest, a_malformed_body_is_an_error) {
  serve([](Connection& connection, const std::string&, int) {
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    connection.close();
  });
  EXPECT_EQ(code_of([&] { get(); }), ErrorCode::unavailable);
}

TEST_F(ClientTest, a_compressed_body_which_nobody_asked_for_is_not_unpacked) {
  auto& server = serve(always(http_answer(200, "\x1f\x8b bomb", "Content-Encoding: gzip\r\n")));
  EXPECT_EQ(get().body, "\x1f\x8b bomb");
  EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Accept-Encoding")));
}

// --- connections

TEST_F(ClientTest, calls_share_a_kept_connection) {
  auto& server = serve(always(http_answer(200)));
  for (int i = 0; i < 10; ++i) get();
  EXPECT_EQ(server.request_count(), 10U);
  EXPECT_EQ(server.connection_count(), 1U);
}

TEST_F(ClientTest, a_kept_connection_ends_after_some_seconds_however_busy) {
  auto& server = serve(always(http_answer(200)));
  const auto give_up = std::chrono::steady_clock::now() + seconds{30};
  while (server.connection_count() == 1 || server.request_count() == 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    get();
    std::this_thread::sleep_for(milliseconds{50});  // the pace of the calls, not a wait
  }
  EXPECT_GT(server.request_count(), 2U);
}

TEST_F(ClientTest, a_kept_connection_that_the_peer_closed_fails_no_call) {
  serve([](Connection& connection, const std::string&, int number) {
    connection.send(http_answer(200));
    if (number % 2 == 0) connection.close();
  });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get().status, 200);
  EXPECT_EQ(calls_measured("2xx"), 20);
}

TEST_F(ClientTest, a_call_that_must_not_be_repeated_is_sent_once_even_over_a_dying_connection) {
  int posts = 0;
  auto& server = serve([&](Connection& connection, const std::string& request, int) {
    if (request.starts_with("GET")) {
      connection.send(http_answer(200));
    } else {
      ++posts;
      connection.close();
    }
  });
  get();
  EXPECT_EQ(code_of([&] { post(); }), ErrorCode::unavailable);
  EXPECT_EQ(server.request_count(), 2U);
  client_.reset();
  server_.reset();
  EXPECT_EQ(posts, 1);
}

TEST_F(ClientTest, calls_run_side_by_side) {
  constexpr int count = 8;
  std::latch all_here{count};
  serve([&](Connection& connection, const std::string&, int) {
    all_here.arrive_and_wait();
    connection.send(http_answer(200));
  });
  std::vector<std::future<Reply>> replies;
  replies.reserve(count);
  for (int i = 0; i < count; ++i) {
    replies.push_back(
        client().start({.method = Method::get, .path = "/tea", .timeout = long_enough}));
  }
  for (auto& reply : replies) EXPECT_EQ(reply.get().status, 200);
}

TEST_F(ClientTest, many_threads_call_at_once) {
  serve(always(http_answer(200, "tea")));
  std::vector<std::thread> threads;
  threads.reserve(8);
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 50; ++call) right += get().body == "tea" ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 400);
  EXPECT_EQ(calls_measured("2xx"), 400);
}

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

TEST_F(ClientTest, a_passing_failure_is_retried) {
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

TEST_F(ClientTest, a_broken_connection_is_retried) {
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

TEST_F(ClientTest, after_three_attempts_the_last_answer_stands) {
  auto& server = serve(always(http_answer(503, "busy")));
  EXPECT_EQ(get().body, "busy");
  EXPECT_EQ(server.request_count(), 3U);
}

TEST_F(ClientTest, a_retry_goes_over_another_connection) {
  auto& server = serve([](Connection& connection, const std::string&, int number) {
    connection.send(http_answer(number == 1 ? 503 : 200));
  });
  get();
  EXPECT_EQ(server.connection_count(), 2U) << "to another replica, perhaps";
}

TEST_F(ClientTest, answers_about_the_request_are_not_retried) {
  for (const auto status : {400, 404, 409, 429, 500, 501}) {
    auto& server = serve(always(http_answer(status)));
    EXPECT_EQ(get().status, status);
    EXPECT_EQ(server.request_count(), 1U);
  }
}

TEST_F(ClientTest, a_post_is_retried_only_when_it_may_be) {
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

TEST_F(ClientTest, a_wish_to_wait_is_kept_or_the_call_given_up) {
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

TEST_F(ClientTest, retries_are_a_small_part_of_the_calls) {
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

TEST_F(ClientTest, a_run_of_failures_opens_the_circuit_and_a_probe_closes_it) {
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

TEST_F(ClientTest, answers_that_are_our_fault_leave_the_circuit_closed) {
  for (const auto status : {400, 404, 500}) {
    serve(always(http_answer(status)));
    for (int i = 0; i < 25; ++i) EXPECT_EQ(get().status, status);
    EXPECT_EQ(breaker_state(), 0);
  }
}

TEST_F(ClientTest, a_peer_that_is_not_there_is_unavailable) {
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
