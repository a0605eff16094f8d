#include "server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "raw_client.h"

namespace chassis {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using ::testing::StartsWith;

constexpr auto token = "the-installations-token";
constexpr auto somebody = "0190a000-0000-7000-8000-00000000ada0";

Routes some_routes() {
  const auto text = [](std::string body) { return Response{200, std::move(body), "text/plain"}; };
  return {
      {Method::get, "/hello", Access::anyone, [=](const Request&) { return text("hello"); }},
      {Method::get, "/fast", Access::anyone, [=](const Request&) { return text("from a worker"); },
       [=](const Request& request) -> std::optional<Response> {
         if (request.query.text("miss")) return std::nullopt;
         return text("from the event loop");
       }},
      {Method::get, "/tag/{tag}", Access::anyone,
       [=](const Request& r) { return text(r.parameter("tag")); }},
      {Method::post, "/echo", Access::anyone, [=](const Request& r) { return text(r.body); }},
      {Method::get, "/query", Access::anyone,
       [=](const Request& r) { return text(r.query.text("q").value_or("none")); }},
      {Method::get, "/whoami", Access::anyone,
       [=](const Request& r) {
         return text(r.context.caller ? r.context.caller->user_id : "nobody");
       }},
      {Method::get, "/mine", Access::user,
       [=](const Request& r) { return text(r.caller().user_id); }},
      {Method::get, "/admin", Access::admin, [=](const Request&) { return text("welcome"); }},
      {Method::get, "/internal/thing", Access::internal,
       [=](const Request&) { return text("inside"); }},
      {Method::get, "/throw/error", Access::anyone,
       [](const Request&) -> Response {
         throw Error{ErrorCode::conflict, "taken"};
       }},
      {Method::get, "/throw/std", Access::anyone,
       [](const Request&) -> Response { throw std::runtime_error{"password=hunter2"}; }},
      {Method::get, "/throw/int", Access::anyone, [](const Request&) -> Response { throw 7; }},
      {Method::get, "/throw/fast", Access::anyone, [=](const Request&) { return text("never"); },
       [](const Request&) -> std::optional<Response> { throw "a literal"; }},
      {Method::get, "/large", Access::anyone,
       [=](const Request&) { return text(std::string(answer_bytes_max, 'x')); }},
      {Method::get, "/too-large", Access::anyone,
       [=](const Request&) { return text(std::string(answer_bytes_max + 1, 'x')); }},
      {Method::get, "/cookies", Access::anyone,
       [](const Request&) {
         auto response = no_content();
         response.headers.add("Set-Cookie", "a=1");
         response.headers.add("Set-Cookie", "b=2");
         response.headers.add("X-Split", "one\r\nX-Injected: two");
         return response;
       }},
  };
}

class ServerTest : public ::testing::Test {
 protected:
  static ServerSettings settings() {
    ServerSettings settings;
    settings.host = "127.0.0.1";
    settings.port = 0;
    settings.workers = 4;
    settings.internal_token = token;
    return settings;
  }

  explicit ServerTest(Routes routes = some_routes(), ServerSettings with = settings())
      : server{std::move(with), std::move(routes)} {
    server.start();
    server.open();
  }

  std::string ask(const std::string& method, const std::string& target,
                  const std::string& headers = "", const std::string& body = "") {
    RawClient client{server.port()};
    client.send(method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + headers +
                (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") +
                "\r\n" + body);
    return client.answer(method == "HEAD");
  }
  std::string get(const std::string& target, const std::string& headers = "") {
    return ask("GET", target, headers);
  }

  Server server;
};

TEST_F(ServerTest, workers_and_the_event_loop_answer) {
  EXPECT_THAT(get("/hello"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nhello")));
  EXPECT_THAT(get("/fast"), EndsWith("from the event loop"));
  EXPECT_THAT(get("/fast?miss=1"), EndsWith("from a worker"));
}

TEST_F(ServerTest, a_connection_is_kept_and_never_announces_its_end) {
  RawClient client{server.port()};
  for (int i = 0; i < 3; ++i) {
    client.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
    EXPECT_THAT(client.answer(), AllOf(EndsWith("hello"), Not(HasSubstr("Connection:"))));
  }
}

TEST_F(ServerTest, a_client_that_asks_for_it_is_closed_after_its_answer) {
  RawClient client{server.port()};
  client.send("GET /hello HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.answer(), AllOf(HasSubstr("Connection: close"), EndsWith("hello")));
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, head_says_what_get_would_send) {
  const auto answer = ask("HEAD", "/hello");
  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 5\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(ServerTest, options_and_wrong_methods_name_the_right_ones) {
  EXPECT_THAT(ask("OPTIONS", "/echo"),
              AllOf(StartsWith("HTTP/1.1 204"), HasSubstr("Allow: POST, OPTIONS")));
  EXPECT_THAT(get("/echo"), AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: POST, OPTIONS"),
                                  HasSubstr("urn:serai:problem:method-not-allowed")));
}

TEST_F(ServerTest, an_unknown_path_is_a_problem_document) {
  EXPECT_THAT(get("/nothing"),
              AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("application/problem+json"),
                    HasSubstr(R"("trace_id":")")));
}

TEST_F(ServerTest, the_callers_trace_goes_on) {
  EXPECT_THAT(
      get("/nothing", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"),
      HasSubstr(R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736")"));
}

TEST_F(ServerTest, paths_and_queries_are_decoded_once_and_malformed_ones_refused) {
  EXPECT_THAT(get("/tag/a%20b"), EndsWith("\r\n\r\na b"));
  EXPECT_THAT(get("/tag/a%252Fb"), EndsWith("\r\n\r\na%2Fb"));
  EXPECT_THAT(get("/query?q=caf%C3%A9+noir"), EndsWith("café noir"));
  for (const char* bad :
       {"/tag/%zz", "/tag/%f", "/query?q=%00", "/query?q=%ff", "/query?q=%C0%AF"}) {
    EXPECT_THAT(get(bad), StartsWith("HTTP/1.1 400")) << bad;
  }
}

TEST_F(ServerTest, a_parameter_given_twice_is_refused) {
  EXPECT_THAT(get("/query?q=one&q=two"), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("\"?q\"")));
}

TEST_F(ServerTest, identity_counts_only_with_the_installations_token) {
  const auto identity = std::string{"X-User-Id: "} + somebody + "\r\nX-User-Roles: admin\r\n";
  EXPECT_THAT(get("/whoami", identity), EndsWith("nobody"));
  EXPECT_THAT(get("/whoami", identity + "X-Internal-Token: wrong\r\n"), EndsWith("nobody"));
  const auto inside = std::string{"X-Internal-Token: "} + token + "\r\n";
  EXPECT_THAT(get("/whoami", identity + inside), EndsWith(somebody));
  EXPECT_THAT(get("/whoami", inside + "X-User-Id: not-a-uuid\r\n"), EndsWith("nobody"));
}

TEST_F(ServerTest, access_is_checked_before_the_handler) {
  const auto inside = std::string{"X-Internal-Token: "} + token + "\r\n";
  const auto user = inside + "X-User-Id: " + somebody + "\r\n";
  EXPECT_THAT(get("/mine"),
              AllOf(StartsWith("HTTP/1.1 401"), HasSubstr("WWW-Authenticate: Bearer")));
  EXPECT_THAT(get("/mine", user), EndsWith(somebody));
  EXPECT_THAT(get("/admin", user), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(get("/admin", user + "X-User-Roles: buyer admin\r\n"), EndsWith("welcome"));
  EXPECT_THAT(get("/internal/thing"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(get("/internal/thing", inside), EndsWith("inside"));
}

TEST_F(ServerTest, exceptions_of_any_type_become_problems_that_tell_nothing) {
  EXPECT_THAT(get("/throw/error"), AllOf(StartsWith("HTTP/1.1 409"), HasSubstr("taken")));
  for (const char* path : {"/throw/std", "/throw/int", "/throw/fast"}) {
    EXPECT_THAT(get(path),
                AllOf(StartsWith("HTTP/1.1 500"), HasSubstr("urn:serai:problem:internal"),
                      Not(HasSubstr("hunter2")), Not(HasSubstr("literal"))))
        << path;
  }
  EXPECT_THAT(get("/hello"), EndsWith("hello"));
}

TEST_F(ServerTest, headers_repeat_and_line_breaks_do_not_make_headers) {
  EXPECT_THAT(get("/cookies"),
              AllOf(HasSubstr("Set-Cookie: a=1\r\n"), HasSubstr("Set-Cookie: b=2\r\n"),
                    Not(HasSubstr("X-Injected"))));
}

TEST_F(ServerTest, what_is_not_http_is_answered_by_a_problem_and_closed) {
  for (const char* bad : {"NONSENSE\r\n\r\n", "GET /hello\r\n\r\n", "GET /hello HTTP/9.9\r\n\r\n",
                          "GET /hello HTTP/1.1\r\nContent-Length: many\r\n\r\n"}) {
    RawClient client{server.port()};
    client.send(bad);
    EXPECT_THAT(client.answer(),
                AllOf(StartsWith("HTTP/1.1 4"), HasSubstr("application/problem+json")))
        << bad;
    EXPECT_TRUE(client.closed()) << bad;
  }
}

TEST_F(ServerTest, chunked_bodies_are_refused) {
  RawClient client{server.port()};
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: "
      "chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
  EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 411"));
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, a_second_request_hidden_behind_the_first_is_never_run) {
  RawClient client{server.port()};
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nhiGET /admin "
      "HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.answer(), AllOf(HasSubstr("Connection: close"), EndsWith("\r\n\r\nhi")));
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, large_bodies_and_heads_are_refused) {
  EXPECT_THAT(ask("POST", "/echo", "", std::string(body_bytes_max, 'x')),
              StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(ask("POST", "/echo", "", std::string(body_bytes_max + 1, 'x')),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(ask("POST", "/echo", "", std::string(1'000'000, 'x')), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(get("/hello", "X-Long: " + std::string(20'000, 'x') + "\r\n"),
              StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, an_answer_of_the_largest_size_arrives_and_a_larger_one_is_our_fault) {
  EXPECT_THAT(get("/large"), EndsWith(std::string(1000, 'x')));
  EXPECT_THAT(get("/too-large"), StartsWith("HTTP/1.1 500"));
}

TEST_F(ServerTest, a_request_in_single_bytes_is_understood) {
  RawClient client{server.port()};
  for (const char byte :
       std::string{"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc"}) {
    client.send(std::string_view{&byte, 1});
  }
  EXPECT_THAT(client.answer(), EndsWith("\r\n\r\nabc"));
  client.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_THAT(client.answer(), EndsWith("hello"));
}

// Hazard 1. Clients that leave early free descriptor numbers for the next ones while answers to
// them are still under way; every answer that arrives must be the asker's own.
TEST_F(ServerTest, no_answer_reaches_another_client_when_clients_leave_early) {
  constexpr int threads = 8;
  constexpr int rounds = 1'000;
  std::atomic<int> strays{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  for (int t = 0; t < threads; ++t) {
    clients.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) {
        const auto tag = std::to_string(t) + "-" + std::to_string(i);
        RawClient client{server.port()};
        client.send("GET /tag/" + tag + " HTTP/1.1\r\nHost: test\r\n\r\n");
        if ((i + t) % 2 == 0) {
          client.reset();
          continue;  // gone before the answer
        }
        const auto answer = client.answer();
        if (answer.size() > tag.size() &&
            answer.compare(answer.size() - tag.size() - 4, std::string::npos, "\r\n\r\n" + tag) ==
                0) {
          ++answered;
        } else {
          ++strays;
        }
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(strays.load(), 0);
  EXPECT_EQ(answered.load(), threads * rounds / 2);
}

/// Routes whose handler waits for the test to let it go.
class BlockingServerTest : public ServerTest {
 protected:
  BlockingServerTest()
      : ServerTest{
            {{Method::get, "/block", Access::anyone,
              [this](const Request&) {
                started.count_down();
                released.wait();
                return ok("\"done\"");
              }},
             {Method::get, "/health", Access::anyone, [](const Request&) { return ok("{}"); },
              [](const Request&) { return std::optional{ok("{}")}; }}},
            [] {
              auto small = settings();
              small.workers = 1;
              small.queue_max = 1;
              return small;
            }()} {}
  ~BlockingServerTest() override {
    if (!released.try_wait()) released.count_down();
  }

  std::latch started{1};
  std::latch released{1};
};

TEST_F(BlockingServerTest, a_full_queue_sheds_at_once_and_health_still_answers) {
  auto first = std::async(std::launch::async, [&] { return get("/block"); });
  started.wait();
  RawClient second{server.port()};
  second.send("GET /block HTTP/1.1\r\nHost: test\r\n\r\n");
  while (server.in_flight() < 2) std::this_thread::yield();
  EXPECT_THAT(get("/block"), AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("Retry-After: 1")));
  EXPECT_THAT(get("/health"), StartsWith("HTTP/1.1 200"));
  released.count_down();
  EXPECT_THAT(first.get(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(second.answer(), StartsWith("HTTP/1.1 200"));
}

TEST_F(BlockingServerTest, what_waited_past_its_deadline_is_not_begun) {
  auto first = std::async(std::launch::async, [&] { return get("/block"); });
  started.wait();
  auto second =
      std::async(std::launch::async, [&] { return get("/block", "X-Request-Deadline: 0\r\n"); });
  while (server.in_flight() < 2) std::this_thread::yield();
  released.count_down();
  EXPECT_THAT(first.get(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(second.get(), StartsWith("HTTP/1.1 503"));
}

TEST_F(BlockingServerTest,
       a_request_pipelined_behind_one_under_way_is_dropped_and_the_connection_closed) {
  RawClient client{server.port()};
  client.send("GET /block HTTP/1.1\r\nHost: test\r\n\r\n");
  started.wait();
  client.send("GET /health HTTP/1.1\r\nHost: test\r\n\r\n");
  get("/health");  // through the same event loop, behind the pipelined bytes
  released.count_down();
  EXPECT_THAT(client.answer(), AllOf(HasSubstr("Connection: close"), EndsWith("\"done\"")));
  EXPECT_TRUE(client.closed());
}

TEST_F(BlockingServerTest, stopping_waits_for_what_is_in_flight) {
  auto first = std::async(std::launch::async, [&] { return get("/block"); });
  started.wait();
  server.drain();
  auto stopped = std::async(std::launch::async, [&] { server.stop(std::chrono::seconds{20}); });
  EXPECT_THAT(get("/health"), HasSubstr("Connection: close"));
  released.count_down();
  EXPECT_THAT(first.get(), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Connection: close")));
  stopped.get();
}

TEST(ServerStart, until_it_is_opened_only_what_needs_no_worker_answers) {
  ServerSettings settings;
  settings.host = "127.0.0.1";
  settings.port = 0;
  Server server{settings, some_routes()};
  server.start();
  RawClient client{server.port()};
  client.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_THAT(client.answer(), AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("Retry-After: 1")));
  client.send("GET /fast HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_THAT(client.answer(), EndsWith("from the event loop"));
}

}  // namespace
}  // namespace chassis
