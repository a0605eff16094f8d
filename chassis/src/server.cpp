#include "server.h"

#include <netinet/in.h>
#include <pistache/endpoint.h>
#include <pistache/peer.h>
#include <pistache/transport.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "chassis/auth.h"
#include "chassis/id.h"
#include "chassis/log.h"
#include "chassis/metrics.h"
#include "wire.h"
#include "worker_pool.h"

// Pistache's defects that this file guards against are numbered as in chassis/README.md.

namespace chassis {
namespace {

using Steady = std::chrono::steady_clock;
namespace Http = Pistache::Http;
namespace Tcp = Pistache::Tcp;

constexpr int send_buffer_bytes = 256 * 1024;                          // hazard 3
constexpr std::size_t head_bytes_max = 16 * 1024;                      // request line and headers
constexpr std::size_t request_bytes_max = head_bytes_max + 96 * 1024;  // an avatar is the largest
constexpr const char* connection_data = "serai";

/// One client's connection, shared by its event loop and the worker that answers it (hazard 1).
/// The descriptor may be used only under the mutex and while the connection lives: Pistache closes
/// it after `dead` was set, and its number may then belong to another client.
class Connection {
 public:
  explicit Connection(const std::shared_ptr<Tcp::Peer>& peer) : peer_{peer} {}

  /// Whether bytes that came in may be taken now. When a request is under way they are a pipelined
  /// one: they are dropped, and the answer under way becomes the last (hazard 10).
  bool may_take() {
    const std::lock_guard lock{mutex_};
    if (busy_) closing_ = true;
    return !closing_;
  }

  /// A worker will answer.
  void begin() {
    const std::lock_guard lock{mutex_};
    busy_ = true;
  }

  /// The next answer is the last.
  void close_next() {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }

  void lose() {
    const std::lock_guard lock{mutex_};
    dead_ = true;
  }

  /// Sends the answer and lets the next request in, in one step: the client may be faster than us.
  void answer(const Response& response, bool head, bool close) {
    const std::lock_guard lock{mutex_};
    closing_ = closing_ || close;
    busy_ = false;
    send(wire_text(response, head, closing_));
  }

  HeadScanner scanner;  // the event loop's alone

 private:
  /// Writes past Pistache's own queue, which keeps answers by descriptor number (hazard 1) and
  /// spins while a client does not read (hazard 3). The send buffer takes every answer whole unless
  /// the client has left earlier ones unread; such a client is cut off.
  void send(const std::string& bytes) {
    const auto alive = dead_ ? nullptr : peer_.lock();
    if (alive == nullptr) return;
    const auto sent = ::send(alive->fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) {
      if (closing_) ::shutdown(alive->fd(), SHUT_WR);
    } else if (sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK) {
      static const auto cut = counter("http_server_connections_cut_total",
                                      "Clients cut off for not reading their answers");
      cut.add();
      closing_ = true;
      ::shutdown(alive->fd(), SHUT_RDWR);
    }  // else the client is gone, and Pistache will tell
  }

  std::mutex mutex_;
  bool dead_ = false;
  bool busy_ = false;
  bool closing_ = false;
  std::weak_ptr<Tcp::Peer> peer_;
};

/// Seconds by status for one route and method. Handles are resolved on first use and kept.
class RouteMetrics {
 public:
  RouteMetrics(std::string route, std::string_view method)
      : route_{std::move(route)}, method_{method} {}

  void observe(int status, Steady::duration took) {
    const auto seconds = std::chrono::duration<double>(took).count();
    auto& slot = slots_[index_of(status)];
    auto* series = slot.load(std::memory_order_acquire);
    if (series == nullptr) {
      series = new Histogram{
          histogram("http_server_request_duration_seconds", "Time to answer a request",
                    {{"route", route_}, {"method", method_}, {"status", std::to_string(status)}})};
      Histogram* expected = nullptr;
      if (!slot.compare_exchange_strong(expected, series)) {
        delete series;
        series = expected;
      }
    }
    series->observe(seconds);
  }

  ~RouteMetrics() {
    for (auto& slot : slots_) delete slot.load();
  }

 private:
  static constexpr std::size_t statuses = 500;  // 100..599
  static std::size_t index_of(int status) {
    return static_cast<std::size_t>(std::min(std::max(status, 100), 599) - 100);
  }

  std::string route_;
  std::string method_;
  std::array<std::atomic<Histogram*>, statuses> slots_{};
};

std::optional<Method> method_of(Http::Method method) {
  switch (method) {
    case Http::Method::Get:
    case Http::Method::Head: return Method::get;
    case Http::Method::Post: return Method::post;
    case Http::Method::Put: return Method::put;
    case Http::Method::Patch: return Method::patch;
    case Http::Method::Delete: return Method::del;
    default: return std::nullopt;
  }
}

/// Text of a raw header; Pistache keeps the first of several with one name.
Headers headers_of(const Http::Request& in) {
  Headers headers;
  for (const auto& [name, raw] : in.headers().rawList()) headers.add(name, raw.value());
  return headers;
}

}  // namespace

struct Server::State {
  ServerSettings settings;
  Router router;
  std::unordered_map<const Route*, std::unique_ptr<RouteMetrics>> metrics;
  RouteMetrics unmatched{"none", "any"};
  std::unique_ptr<WorkerPool> pool;
  std::unique_ptr<Http::Endpoint> endpoint;
  std::atomic<bool> opened{false};
  std::atomic<bool> draining{false};

  std::atomic<std::size_t> in_flight{0};
  std::mutex idle_mutex;
  std::condition_variable idle;

  State(ServerSettings given, Routes routes)
      : settings{std::move(given)}, router{std::move(routes)} {
    for (const auto& route : router.routes()) {
      metrics.emplace(&route, std::make_unique<RouteMetrics>(route.path, name(route.method)));
    }
  }

  void begin() { in_flight.fetch_add(1); }
  void end() {
    if (in_flight.fetch_sub(1) == 1 && draining.load()) {
      const std::lock_guard lock{idle_mutex};
      idle.notify_all();
    }
  }

  void receive(const std::shared_ptr<Connection>& connection, const Http::Request& in);
  void fill(Request& request, const Http::Request& in, std::string_view query) const;
};

namespace {

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

/// Pistache's view of a client, one for each event loop. Takes the bytes itself instead of leaving
/// it to Http::Handler::onInput, which would answer with exceptions' texts (hazard 5), add
/// "Connection: Close" (hazard 2), and lose pipelined requests (hazard 10).
class PistacheHandler final : public Http::Handler {
  HTTP_PROTOTYPE(PistacheHandler)

 public:
  explicit PistacheHandler(Server::State* state) : state_{state} {}

  void onRequest(const Http::Request& /*request*/, Http::ResponseWriter /*response*/) override {}

  void onConnection(const std::shared_ptr<Tcp::Peer>& peer) override {
    setsockopt(peer->fd(), SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
    peer->putData(ParserData, std::make_shared<Http::RequestParser>(getMaxRequestSize()));
    peer->putData(connection_data, std::make_shared<Connection>(peer));
    peer->setIdle(true);
  }

  void onDisconnection(const std::shared_ptr<Tcp::Peer>& peer) override {
    if (const auto connection = connection_of(peer)) connection->lose();
    // What Pistache itself queued (its 408) must not wait for the next owner of the number.
    transport()->flush();
  }

  void onInput(const char* bytes, std::size_t length,
               const std::shared_ptr<Tcp::Peer>& peer) override {
    const auto connection = connection_of(peer);
    if (connection == nullptr || !connection->may_take()) return;
    try {
      take(bytes, length, peer, connection);
    } catch (const Http::HttpError& error) {
      const bool large = error.code() == static_cast<int>(Http::Code::Request_Entity_Too_Large);
      refuse(*connection, large ? Error{ErrorCode::too_large, "the request is too large"}
                                : Error{ErrorCode::invalid, "the request is not well-formed HTTP"});
    } catch (const Error& error) {
      refuse(*connection, error);
    } catch (...) {
      refuse(*connection, Error{ErrorCode::invalid, "the request is not well-formed HTTP"});
    }
  }

 private:
  static std::shared_ptr<Connection> connection_of(const std::shared_ptr<Tcp::Peer>& peer) {
    return std::static_pointer_cast<Connection>(peer->tryGetData(connection_data));
  }

  void take(const char* bytes, std::size_t length, const std::shared_ptr<Tcp::Peer>& peer,
            const std::shared_ptr<Connection>& connection) {
    const auto parser = getParser(peer);
    auto& scanner = connection->scanner;
    scanner.feed({bytes, length});
    if ((scanner.head_bytes() == 0 ? scanner.bytes() : scanner.head_bytes()) > head_bytes_max ||
        !parser->feed(bytes, length)) {
      throw Error{ErrorCode::too_large, "the request is too large"};
    }
    peer->setIdle(false);
    const auto progress = parser->parse();
    const auto& in = parser->request;
    if (in.headers().rawList().find("Transfer-Encoding") != in.headers().rawList().end()) {
      throw Error{ErrorCode::length_required, "send the body with Content-Length"};
    }
    if (progress != Http::Private::State::Done) {
      const bool head_came = scanner.head_bytes() != 0;
      if (head_came && parser->step()->id() != Http::Private::BodyStep::Id) {
        throw Error{ErrorCode::invalid, "the request is not well-formed HTTP"};
      }
      return;
    }
    check_length(in);
    // The end that was found must be the end that the parser saw: anything behind it is another
    // request, or an attempt to smuggle one.
    if (scanner.head_bytes() + in.body().size() != scanner.bytes()) connection->close_next();
    peer->setIdle(true);
    state_->receive(connection, in);
    scanner.reset();
    parser->reset();
  }

  /// Pistache takes a Content-Length that is no number for 0.
  static void check_length(const Http::Request& in) {
    const auto& headers = in.headers().rawList();
    const auto length = headers.find("Content-Length");
    if (length == headers.end()) return;
    const auto text = length->second.value();
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
      throw Error{ErrorCode::invalid, "Content-Length is not a number"};
    }
  }

  /// Answers what cannot be understood. The rest of the connection cannot be trusted: it closes.
  void refuse(Connection& connection, const Error& error) {
    state_->unmatched.observe(http_status(error.code()), Steady::duration::zero());
    connection.answer(problem(error, Trace::from_header("")), false, true);
  }

  Server::State* state_;
};

}  // namespace

void Server::State::fill(Request& request, const Http::Request& in, std::string_view query) const {
  request.headers = headers_of(in);
  const auto& headers = request.headers;
  auto& context = request.context;
  context.trace = Trace::from_header(headers.get("traceparent"));  // first: a refusal names it too
  request.path = in.resource();
  request.query = query_fields(query);
  request.body = in.body();

  context.deadline = Steady::now() + settings.deadline;
  if (const auto left = headers.get("X-Request-Deadline"); !left.empty()) {
    std::int64_t ms = 0;
    const auto parsed = std::from_chars(left.data(), left.data() + left.size(), ms);
    if (parsed.ec == std::errc{} && ms >= 0 && ms < settings.deadline.count()) {
      context.deadline = Steady::now() + std::chrono::milliseconds{ms};
    }
  }
  const auto guest = headers.get("X-Guest-Id");
  if (is_uuid(guest)) context.guest_id = guest;
  const auto token = headers.get("X-Internal-Token");
  if (token.empty() || !equal_secrets(token, settings.internal_token)) return;
  request.internal = true;
  const auto user = headers.get("X-User-Id");
  if (is_uuid(user))
    context.caller = Caller{std::string{user}, std::string{headers.get("X-User-Roles")}};
}

void Server::State::receive(const std::shared_ptr<Connection>& connection,
                            const Http::Request& in) {
  begin();
  auto exchange = std::make_shared<Exchange>();
  exchange->state = this;
  exchange->connection = connection;
  exchange->metrics = &unmatched;
  exchange->began = Steady::now();
  exchange->head = in.method() == Http::Method::Head;
  auto& request = exchange->request;
  try {
    fill(request, in, connection->scanner.query());
    const auto control = in.headers().tryGet<Http::Header::Connection>();
    exchange->close =
        (control != nullptr && control->control() == Http::ConnectionControl::Close) ||
        (in.version() == Http::Version::Http10 &&
         (control == nullptr || control->control() != Http::ConnectionControl::KeepAlive));
    if (in.method() == Http::Method::Options) {
      const auto allow = router.allowed(request.path);
      if (allow.empty()) throw Error{ErrorCode::not_found, "there is nothing here"};
      auto response = no_content();
      response.headers.add("Allow", allow);
      exchange->answer(response);
      return;
    }
    const auto method = method_of(in.method());
    auto match = method ? router.find(*method, request.path)
                        : Router::Match{nullptr, {}, router.allowed(request.path)};
    if (match.route == nullptr) {
      if (match.allow.empty()) throw Error{ErrorCode::not_found, "there is nothing here"};
      auto response =
          problem(Error{ErrorCode::method_not_allowed, "the method is not allowed here"},
                  request.context.trace);
      response.headers.add("Allow", match.allow);
      exchange->answer(response);
      return;
    }
    exchange->route = match.route;
    exchange->metrics = metrics.at(match.route).get();
    request.method = *method;
    request.parameters = std::move(match.parameters);
    if (request.body.size() > match.route->body_max) {
      throw Error{ErrorCode::too_large,
                  "the body is larger than " + std::to_string(match.route->body_max) + " bytes"};
    }
    if (match.route->fast) {
      const ContextScope scope{request.context};
      if (const auto fast = answer_fast(*match.route, request)) {
        exchange->answer(*fast);
        return;
      }
    }
  } catch (const Error& error) {
    exchange->answer(problem(error, request.context.trace));
    return;
  }
  if (!opened.load()) {
    Error error{ErrorCode::unavailable, "the service is starting"};
    exchange->answer(problem(error.retry_after(1), request.context.trace));
    return;
  }
  connection->begin();
  const bool taken = pool->offer([exchange] {
    const ContextScope scope{exchange->request.context};
    if (Steady::now() >= exchange->request.context.deadline) {
      Error error{ErrorCode::unavailable, "the service is too busy"};
      exchange->answer(problem(error.retry_after(1), exchange->request.context.trace));
      return;
    }
    exchange->answer(chassis::answer(*exchange->route, exchange->request));
  });
  if (!taken) {
    Error error{ErrorCode::unavailable, "the service is too busy"};
    exchange->answer(problem(error.retry_after(1), request.context.trace));
  }
}

Server::Server(ServerSettings settings, Routes routes)
    : state_{std::make_shared<State>(std::move(settings), std::move(routes))} {}

Server::~Server() { stop(std::chrono::milliseconds{0}); }

void Server::start() {
  auto& settings = state_->settings;
  state_->pool = std::make_unique<WorkerPool>(settings.workers, settings.queue_max);
  const auto listen = [&](const std::string& host) {
    state_->endpoint =
        std::make_unique<Http::Endpoint>(Pistache::Address{host, Pistache::Port{settings.port}});
    // Pistache's own time-outs count from the first byte and would close a connection whose
    // handler is still at work (hazard 6).
    const auto patience = settings.deadline + std::chrono::seconds{10};
    state_->endpoint->init(
        Http::Endpoint::options()
            .threads(settings.event_loops)
            .threadsName("event-loop")
            .backlog(1024)
            .maxRequestSize(request_bytes_max)
            .headerTimeout(patience)
            .bodyTimeout(patience)
            .keepaliveTimeout(patience + std::chrono::seconds{120})
            .flags(Tcp::Options::ReuseAddr | Tcp::Options::NoDelay | Tcp::Options::CloseOnExec));
    state_->endpoint->setHandler(std::make_shared<PistacheHandler>(state_.get()));
    state_->endpoint->serveThreaded();
  };
  try {
    listen(settings.host);
  } catch (const std::exception& error) {
    if (settings.host != "[::]")
      throw std::runtime_error{"cannot listen on " + settings.host + ": " + error.what()};
    listen("0.0.0.0");  // a machine without IPv6
  }
}

std::uint16_t Server::port() const {
  return static_cast<std::uint16_t>(state_->endpoint->getPort());
}

void Server::open() { state_->opened.store(true); }

void Server::drain() { state_->draining.store(true); }

void Server::stop(std::chrono::milliseconds patience) {
  if (state_->endpoint == nullptr) return;
  state_->draining.store(true);
  {
    std::unique_lock lock{state_->idle_mutex};
    state_->idle.wait_for(lock, patience, [&] { return state_->in_flight.load() == 0; });
  }
  // Workers first: they still may write to their connections.
  state_->pool->close();
  state_->endpoint->shutdown();
  state_->endpoint.reset();
}

std::size_t Server::in_flight() const { return state_->in_flight.load(); }

}  // namespace chassis
