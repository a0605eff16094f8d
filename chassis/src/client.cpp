#include "chassis/client.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include "circuit.h"
#include "chassis/json.h"
#include "chassis/log.h"
#include "chassis/metrics.h"
#include "client_reactor.h"

namespace chassis {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int attempts_max = 3;
constexpr milliseconds backoff_first{20};
constexpr milliseconds timeout_most{60'000};

/// What a peer's problem document says; all of it may be missing.
struct PeerProblem {
  std::optional<std::string> type;
  std::optional<std::string> detail;
};

struct PeerField {
  std::string pointer;
  std::string detail;
};

struct PeerErrors {
  std::optional<std::vector<PeerField>> errors;
};

}  // namespace

template <>
struct Fields<PeerProblem> {
  static constexpr auto list =
      std::make_tuple(field("type", &PeerProblem::type), field("detail", &PeerProblem::detail));
};

template <>
struct Fields<PeerField> {
  static constexpr auto list =
      std::make_tuple(field("pointer", &PeerField::pointer), field("detail", &PeerField::detail));
};

template <>
struct Fields<PeerErrors> {
  static constexpr auto list = std::make_tuple(field("errors", &PeerErrors::errors));
};

namespace {

bool repeatable(const Call& call) {
  return call.idempotent || call.method == Method::get || call.method == Method::put ||
         call.method == Method::del;
}

/// An answer that says nothing about the request, only that the peer could not deal with it now.
bool passing(int status) { return status == 502 || status == 503 || status == 504; }

/// Full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS, 2015).
milliseconds backoff(int attempt) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  const auto most = backoff_first.count() << attempt;
  return milliseconds{std::uniform_int_distribution<std::int64_t>{0, most}(generator)};
}

/// Retry-After in seconds; zero without one.
milliseconds asked_to_wait(const Headers& headers) {
  const auto text = headers.get("Retry-After");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds{std::clamp(seconds, 0, 3600)};
}

std::string status_label(const TransferResult& result) {
  if (result.outcome == Outcome::timed_out) return "timeout";
  if (result.outcome == Outcome::failed) return "error";
  return std::to_string(result.status / 100) + "xx";
}

std::vector<std::string> headers_of(const Call& call, const std::string& token,
                                    const Context& context) {
  std::vector<std::string> list{"X-Internal-Token: " + token};
  if (!context.trace.trace_id.empty()) list.push_back("traceparent: " + context.trace.header());
  if (context.caller) {
    list.push_back("X-User-Id: " + context.caller->user_id);
    list.push_back("X-User-Roles: " + context.caller->roles);
  }
  if (!context.guest_id.empty()) list.push_back("X-Guest-Id: " + context.guest_id);
  if (!call.body.empty() && !call.headers.has("Content-Type"))
    list.emplace_back("Content-Type: application/json");
  for (const auto& [name, value] : call.headers.list()) {
    // A line break would start a header of somebody else's choice.
    if (value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos)
      list.push_back(name + ": " + value);
  }
  return list;
}

}  // namespace

/// Shared by the client and its calls under way, which may outlive it.
struct Client::State : std::enable_shared_from_this<Client::State> {
  std::string peer;
  std::string url;
  std::string token;
  ClientReactor& reactor = ClientReactor::shared();

  std::mutex mutex;
  Circuit breaker;
  RetryAllowance budget;
  std::map<std::string, Histogram> durations;
  Counter retries;
  Gauge breaker_state;

  /// One call with its attempts.
  struct Attempt {
    Transfer transfer;
    bool repeatable = false;
    int number = 1;
    Steady::time_point began;
    std::promise<Reply> promise;
  };

  void measure(const std::string& label, Steady::duration took) {
    std::optional<Histogram> series;
    {
      const std::lock_guard lock{mutex};
      auto found = durations.find(label);
      if (found == durations.end()) {
        found = durations
                    .emplace(label, histogram("http_client_request_duration_seconds",
                                              "Time of a call to a peer",
                                              {{"peer", peer}, {"status", label}}))
                    .first;
      }
      series = found->second;
    }
    series->observe(std::chrono::duration<double>(took).count());
  }

  bool allowed() {
    const std::lock_guard lock{mutex};
    const bool allowed = breaker.allow(Steady::now());
    if (allowed) budget.called();
    return allowed;
  }

  /// A peer is judged by whether it answers at all: 500 is an answer about one request.
  void judge(const TransferResult& result) {
    const std::lock_guard lock{mutex};
    const auto before = breaker.state();
    if (result.outcome == Outcome::answered && !passing(result.status)) {
      breaker.succeeded();
    } else {
      breaker.failed(Steady::now());
    }
    breaker_state.set(breaker.state() == Circuit::State::closed ? 0
                      : breaker.state() == Circuit::State::open ? 2
                                                                : 1);
    if (breaker.state() != before) {
      log::warning(
          "circuit changed",
          {{"peer", peer}, {"state", breaker.state() == Circuit::State::open ? "open" : "closed"}});
    }
  }

  /// When to try again; nothing when that is not allowed or of no use.
  std::optional<Steady::time_point> next_try(const Attempt& attempt, const TransferResult& result) {
    const bool hopeful = result.outcome == Outcome::failed ||
                         (result.outcome == Outcome::answered && passing(result.status));
    if (!hopeful || !attempt.repeatable || attempt.number >= attempts_max) return std::nullopt;
    const auto when =
        Steady::now() + std::max(backoff(attempt.number), asked_to_wait(result.headers));
    if (when >= attempt.transfer.deadline) return std::nullopt;
    const std::lock_guard lock{mutex};
    if (!budget.take() || !breaker.allow(Steady::now())) return std::nullopt;
    retries.add();
    return when;
  }

  void send(const std::shared_ptr<Attempt>& attempt, Steady::time_point when) {
    reactor.start(
        attempt->transfer, when, [self = shared_from_this(), attempt, when](TransferResult result) {
          self->measure(status_label(result), Steady::now() - std::max(when, attempt->began));
          self->judge(result);
          if (const auto again = self->next_try(*attempt, result)) {
            ++attempt->number;
            self->send(attempt, *again);
            return;
          }
          finish(*attempt, std::move(result), self->peer);
        });
  }

  static void finish(Attempt& attempt, TransferResult result, const std::string& peer) {
    switch (result.outcome) {
      case Outcome::answered:
        attempt.promise.set_value(
            {result.status, std::move(result.body), std::move(result.headers)});
        return;
      case Outcome::timed_out:
        attempt.promise.set_exception(
            std::make_exception_ptr(Error{ErrorCode::timeout, peer + " did not answer in time"}));
        return;
      case Outcome::failed:
        attempt.promise.set_exception(
            std::make_exception_ptr(Error{ErrorCode::unavailable, peer + " cannot be reached"}));
        return;
    }
  }
};

Client::Client(std::string peer, std::string url, std::string internal_token)
    : state_{std::make_shared<State>()} {
  state_->retries =
      counter("http_client_retries_total", "Calls to a peer made again", {{"peer", peer}});
  state_->breaker_state =
      gauge("http_client_breaker_state", "Circuit to a peer: 0 closed, 1 half open, 2 open",
            {{"peer", peer}});
  state_->peer = std::move(peer);
  state_->url = std::move(url);
  state_->token = std::move(internal_token);
}

Client::~Client() = default;

const std::string& Client::peer() const { return state_->peer; }

std::future<Reply> Client::start(const Call& call) {
  const auto& context = Context::current();
  auto attempt = std::make_shared<State::Attempt>();
  auto future = attempt->promise.get_future();
  attempt->began = Steady::now();
  const auto left = std::min(call.timeout, context.left(timeout_most));
  if (left <= milliseconds{0}) {
    State::finish(*attempt, {Outcome::timed_out, 0, {}, {}}, state_->peer);
    return future;
  }
  if (!state_->allowed()) {
    state_->measure("open", {});
    State::finish(*attempt, {}, state_->peer);
    return future;
  }
  auto& transfer = attempt->transfer;
  transfer.method = call.method;
  transfer.url = state_->url + call.path;
  transfer.body = call.body;
  transfer.headers = headers_of(call, state_->token, context);
  transfer.headers.push_back("X-Request-Deadline: " + std::to_string(left.count()));
  transfer.deadline = attempt->began + left;
  attempt->repeatable = repeatable(call);
  state_->send(attempt, attempt->began);
  return future;
}

Reply Client::call(const Call& call) { return start(call).get(); }

Reply Client::get(const std::string& path) { return call({Method::get, path}); }

Error error_from(const Reply& reply, const std::string& peer) {
  static const std::map<int, ErrorCode> codes{{400, ErrorCode::invalid},
                                              {402, ErrorCode::payment_required},
                                              {404, ErrorCode::not_found},
                                              {409, ErrorCode::conflict},
                                              {412, ErrorCode::precondition_failed},
                                              {413, ErrorCode::too_large},
                                              {422, ErrorCode::key_reused},
                                              {428, ErrorCode::precondition_required},
                                              {429, ErrorCode::too_many_requests},
                                              {504, ErrorCode::timeout}};
  const auto code = codes.find(reply.status);
  if (code == codes.end()) {
    const bool ours = reply.status >= 400 && reply.status < 500;
    return {ours ? ErrorCode::internal : ErrorCode::unavailable, peer + " could not answer"};
  }
  std::string detail = peer + " refused";
  std::string type;
  std::vector<FieldError> fields;
  try {
    const auto problem = from_json<PeerProblem>(reply.body, Unknown::ignore);
    if (problem.detail) detail = *problem.detail;
    constexpr std::string_view prefix = "urn:serai:problem:";
    if (problem.type && problem.type->rfind(prefix, 0) == 0)
      type = problem.type->substr(prefix.size());
    const auto list = from_json<PeerErrors>(reply.body, Unknown::ignore).errors;
    for (const auto& one : list.value_or(std::vector<PeerField>{}))
      fields.push_back({one.pointer, one.detail});
  } catch (const Error&) {
    // Not a problem document: what the status says must do.
  }
  Error error = fields.empty() || code->second != ErrorCode::invalid ? Error{code->second, detail}
                                                                     : Error{std::move(fields)};
  if (!type.empty() && type != name(code->second)) error.type(type);
  const auto wait = std::chrono::duration_cast<std::chrono::seconds>(asked_to_wait(reply.headers));
  if (wait.count() > 0) error.retry_after(static_cast<int>(wait.count()));
  return error;
}

}  // namespace chassis
