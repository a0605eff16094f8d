#include "server.h"

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "chassis/auth.h"
#include "chassis/id.h"
#include "chassis/log.h"
#include "route_metrics.h"
#include "transport.h"
#include "worker_pool.h"

namespace chassis {
namespace {

using Steady = std::chrono::steady_clock;

Error busy() { return Error{ErrorCode::unavailable, "the service is too busy"}.retry_after(1); }

Error nothing_here() { return {ErrorCode::not_found, "there is nothing here"}; }

/// When the caller will have stopped waiting, if that is sooner than our own limit.
Deadline deadline_of(const Headers& headers, std::chrono::milliseconds most) {
  const auto text = headers.get("X-Request-Deadline");
  std::int64_t left = most.count();
  std::int64_t given = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), given);
  if (!text.empty() && parsed.ec == std::errc{} && given >= 0) left = std::min(left, given);
  return Steady::now() + std::chrono::milliseconds{left};
}

}  // namespace

struct Exchange;

struct Server::State {
  ServerSettings settings;
  Router router;
  std::unordered_map<const Route*, std::unique_ptr<RouteMetrics>> metrics;
  RouteMetrics unmatched{"none", "any"};
  std::unique_ptr<WorkerPool> pool;
  std::atomic<bool> opened{false};
  std::atomic<bool> draining{false};

  std::atomic<std::size_t> in_flight{0};
  std::mutex idle_mutex;
  std::condition_variable idle;
  Transport transport;

  State(ServerSettings given, Routes routes)
      : settings{std::move(given)},
        router{std::move(routes)},
        transport{{settings.host, settings.port, settings.event_loops, settings.deadline},
                  [this](const std::shared_ptr<Connection>& connection, Incoming in) {
                    receive(connection, std::move(in));
                  },
                  [this](int status) { unmatched.observe(status, Steady::duration::zero()); }} {
    for (const auto& route : router.routes()) {
      metrics.emplace(&route, std::make_unique<RouteMetrics>(route.path, name(route.method)));
    }
  }

  void end() {
    if (in_flight.fetch_sub(1) == 1 && draining.load()) {
      const std::lock_guard lock{idle_mutex};
      idle.notify_all();
    }
  }

  void receive(const std::shared_ptr<Connection>& connection, Incoming in);
  void identify(Request& request) const;
  std::optional<Response> answer_at_once(Exchange& exchange, const Incoming& in);
  void hand_to_worker(const std::shared_ptr<Exchange>& exchange);
};

/// A request on its way: answers once, measures, and lets the connection take the next one.
struct Exchange {
  Server::State* state = nullptr;
  std::shared_ptr<Connection> connection;
  RouteMetrics* metrics = nullptr;
  const Route* route = nullptr;
  Request request;
  Steady::time_point began;
  bool head = false;
  bool close = false;

  void answer(const Error& error) const { answer(problem(error, request.context.trace)); }

  void answer(const Response& response) const {
    const auto took = Steady::now() - began;
    metrics->observe(response.status, took);
    log_answer(response.status, took);
    connection->answer(response, head, close || state->draining.load());
    state->end();
  }

  void log_answer(int status, Steady::duration took) const {
    const bool failed = status >= 500;
    const bool changed = request.method != Method::get;
    if (!failed && !changed && !log::debug_enabled()) return;
    const ContextScope scope{request.context};
    const log::Field what[] = {
        {"method", name(request.method)},
        {"route", route == nullptr ? "none" : std::string_view{route->path}},
        {"status", status},
        {"took_ms", std::chrono::duration<double, std::milli>(took).count()}};
    if (failed) {
      log::warning("request failed", {what[0], what[1], what[2], what[3]});
    } else if (changed) {
      log::info("request answered", {what[0], what[1], what[2], what[3]});
    } else {
      log::debug("request answered", {what[0], what[1], what[2], what[3]});
    }
  }
};

/// Who asks, and until when the answer is of use.
void Server::State::identify(Request& request) const {
  const auto& headers = request.headers;
  auto& context = request.context;
  context.deadline = deadline_of(headers, settings.deadline);
  if (const auto guest = headers.get("X-Guest-Id"); is_uuid(guest)) context.guest_id = guest;
  const auto token = headers.get("X-Internal-Token");
  request.internal = !token.empty() && equal_secrets(token, settings.internal_token);
  const auto user = headers.get("X-User-Id");
  if (request.internal && is_uuid(user)) {
    context.caller = Caller{std::string{user}, std::string{headers.get("X-User-Roles")}};
  }
}

/// Finds the route; answers what needs no worker. Throws Error for what is refused.
std::optional<Response> Server::State::answer_at_once(Exchange& exchange, const Incoming& in) {
  auto& request = exchange.request;
  request.query = query_fields(in.query);
  const auto with_allow = [](Response response, std::string allow) {
    if (allow.empty()) throw nothing_here();
    response.headers.add("Allow", std::move(allow));
    return response;
  };
  if (in.options) return with_allow(no_content(), router.allowed(request.path));
  auto match = in.method ? router.find(*in.method, request.path)
                         : Router::Match{nullptr, {}, router.allowed(request.path)};
  if (match.route == nullptr) {
    const Error error{ErrorCode::method_not_allowed, "the method is not allowed here"};
    return with_allow(problem(error, request.context.trace), match.allow);
  }
  const auto& route = *match.route;
  exchange.route = &route;
  exchange.metrics = metrics.at(&route).get();
  request.method = *in.method;
  request.parameters = std::move(match.parameters);
  if (request.body.size() > route.body_max) {
    throw Error{ErrorCode::too_large,
                "the body is larger than " + std::to_string(route.body_max) + " bytes"};
  }
  if (!route.fast) return std::nullopt;
  const ContextScope scope{request.context};
  return answer_fast(route, request);
}

void Server::State::hand_to_worker(const std::shared_ptr<Exchange>& exchange) {
  exchange->connection->begin();
  const bool taken = pool->offer([exchange] {
    const auto& request = exchange->request;
    const ContextScope scope{request.context};
    if (Steady::now() >= request.context.deadline) {
      exchange->answer(busy());
    } else {
      exchange->answer(chassis::answer(*exchange->route, request));
    }
  });
  if (!taken) exchange->answer(busy());
}

void Server::State::receive(const std::shared_ptr<Connection>& connection, Incoming in) {
  in_flight.fetch_add(1);
  const auto exchange = std::make_shared<Exchange>();
  exchange->state = this;
  exchange->connection = connection;
  exchange->metrics = &unmatched;
  exchange->began = Steady::now();
  exchange->head = in.head;
  exchange->close = in.close;
  auto& request = exchange->request;
  request.path = std::move(in.path);
  request.headers = std::move(in.headers);
  request.body = std::move(in.body);
  request.context.trace = Trace::from_header(request.headers.get("traceparent"));
  try {
    identify(request);
    if (const auto response = answer_at_once(*exchange, in)) {
      exchange->answer(*response);
    } else if (!opened.load()) {
      exchange->answer(Error{ErrorCode::unavailable, "the service is starting"}.retry_after(1));
    } else {
      hand_to_worker(exchange);
    }
  } catch (const Error& error) {
    exchange->answer(error);
  }
}

Server::Server(ServerSettings settings, Routes routes)
    : state_{std::make_shared<State>(std::move(settings), std::move(routes))} {}

Server::~Server() { stop(std::chrono::milliseconds{0}); }

void Server::start() {
  const auto& settings = state_->settings;
  state_->pool = std::make_unique<WorkerPool>(settings.workers, settings.queue_max);
  state_->transport.start();
}

std::uint16_t Server::port() const { return state_->transport.port(); }

void Server::open() { state_->opened.store(true); }

void Server::drain() { state_->draining.store(true); }

void Server::stop(std::chrono::milliseconds patience) {
  if (state_->pool == nullptr) return;
  state_->draining.store(true);
  {
    std::unique_lock lock{state_->idle_mutex};
    state_->idle.wait_for(lock, patience, [&] { return state_->in_flight.load() == 0; });
  }
  // Workers first: they still may write to their connections.
  state_->pool->close();
  state_->transport.stop();
}

std::size_t Server::in_flight() const { return state_->in_flight.load(); }

}  // namespace chassis
