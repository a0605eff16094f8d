#include "chassis/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "chassis/context.h"
#include "client_fixture.h"

namespace chassis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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

}  // namespace
}  // namespace chassis
