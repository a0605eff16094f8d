#include "pending_call.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <stdexcept>

#include "chassis/log.h"

namespace chassis {
namespace {

using std::chrono::milliseconds;
using Kind = Outcome::Kind;

constexpr int attempts_max = 3;
constexpr milliseconds first_pause{50};
/// A call given less time than this proves nothing about the peer when it times out.
constexpr milliseconds fair_time{100};

Deadline now() { return std::chrono::steady_clock::now(); }

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f') || c < '\0'; });
}

void check_path(const std::string& path) {
  const auto allowed = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
  if (!path.starts_with('/') || !std::all_of(path.begin(), path.end(), allowed)) {
    throw std::invalid_argument{"the path of a call is not encoded"};
  }
}

/// Headers that only the chassis may set.
bool reserved(std::string_view name) {
  const Headers own{{"X-Internal-Token", ""},
                    {"X-Request-Deadline", ""},
                    {"Host", ""},
                    {"Content-Length", ""},
                    {"Transfer-Encoding", ""},
                    {"Connection", ""},
                    {"Proxy-Connection", ""},
                    {"Upgrade", ""},
                    {"Expect", ""}};
  return own.has(name);
}

std::string line(std::string_view name, std::string_view value) {
  const auto token = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  };
  if (name.empty() || !std::all_of(name.begin(), name.end(), token) || !printable(value)) {
    throw std::invalid_argument{"a header of a call is malformed"};
  }
  std::string text{name};
  // libcurl would take "Name:" for "leave it out".
  if (value.empty()) return text += ';';
  return text.append(": ").append(value);
}

std::vector<std::string> lines_of(const Call& call, const Context& context,
                                  const std::string& internal_token) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : call.headers.list()) {
    if (reserved(name)) throw std::invalid_argument{"the chassis sets the header " + name};
    lines.push_back(line(name, value));
  }
  const auto carry = [&](const char* name, std::string_view value) {
    if (!value.empty() && !call.headers.has(name)) lines.push_back(line(name, value));
  };
  const auto& trace = context.trace;
  carry("traceparent", trace.trace_id.empty() ? Trace::from_header({}).header() : trace.header());
  if (!internal_token.empty()) {  // a third party learns neither the token nor who asks
    if (context.caller) {
      carry("X-User-Id", context.caller->user_id);
      carry("X-User-Roles", context.caller->roles);
    }
    carry("X-Guest-Id", context.guest_id);
    carry("X-Internal-Token", internal_token);
  }
  if (!call.headers.has("Content-Type")) {
    lines.emplace_back(call.body.empty() ? "Content-Type:" : "Content-Type: application/json");
  }
  return lines;
}

bool may_repeat(const Call& call) {
  return call.idempotent || call.method == Method::get || call.method == Method::put ||
         call.method == Method::del || call.headers.has("Idempotency-Key");
}

/// The sum without overflow, so that "no deadline" stays in the far future.
Deadline later(Deadline time, milliseconds span) {
  return span > Deadline::max() - time ? Deadline::max() : time + span;
}

bool busy(const Outcome& outcome) {
  return outcome.kind == Kind::answered && outcome.reply.status >= 502 &&
         outcome.reply.status <= 504;
}

/// 500 is the fault of one route, not a reason to cut off all others; a 4xx is our fault.
Breaker::Result judge(const Outcome& outcome, milliseconds given) {
  if (outcome.kind == Kind::timeout && given < fair_time) return Breaker::Result::unknown;
  if (outcome.kind != Kind::answered || busy(outcome)) return Breaker::Result::failure;
  return Breaker::Result::success;
}

/// Exponential back-off with full jitter: anything up to the doubled pause.
milliseconds pause_before(int attempt) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  const auto most = first_pause.count() << (attempt - 2);
  return milliseconds{std::uniform_int_distribution<milliseconds::rep>{0, most}(generator)};
}

milliseconds wished_pause(const Reply& reply) {
  const auto text = reply.headers.get("Retry-After");
  unsigned seconds = 0;  // a date, which the standard allows as well, is not understood
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const auto read = problem == std::errc{} && end == text.data() + text.size();
  return reply.status == 503 && read ? std::chrono::seconds{seconds} : milliseconds{0};
}

std::string class_of(int status) {
  return status >= 100 && status < 600 ? std::to_string(status / 100) + "xx" : "error";
}

}  // namespace

PendingCall::PendingCall(const Call& call, const std::string& url,
                         const std::string& internal_token)
    : idempotent_{may_repeat(call)}, context_{Context::current()}, started_{now()} {
  check_path(call.path);
  exchange_.method = call.method;
  exchange_.url = url + call.path;
  exchange_.body = call.body;
  exchange_.headers = lines_of(call, context_, internal_token);
  exchange_.deadline = std::min(context_.deadline, later(started_, call.timeout));
}

void PendingCall::begin(Reactor& reactor, std::shared_ptr<Peer> peer) {
  reactor_ = &reactor;
  peer_ = std::move(peer);
  peer_->pending().insert(shared_from_this());
  peer_->budget().call_made();
  attempt();
}

void PendingCall::abandon() {
  const auto self = shared_from_this();
  reactor_->cancel(sent_);
  fail("error", {ErrorCode::unavailable, peer_->name() + " is not called any more"});
}

void PendingCall::attempt() {
  const ContextScope scope{context_};
  if (ended_) return;
  if (now() >= exchange_.deadline) {
    return fail("timeout", {ErrorCode::timeout, "no time was left to ask " + peer_->name()});
  }
  const auto pass = peer_->enter();
  if (!pass) {
    if (last_) return finish(std::move(*last_));
    return fail("open",
                Error{ErrorCode::unavailable, peer_->name() + " is out of order"}.retry_after(1));
  }
  try {
    send(*pass);
  } catch (const std::exception& problem) {
    log::error("call could not be made", {{"peer", peer_->name()}, {"problem", problem.what()}});
    peer_->leave(*pass, Breaker::Result::unknown);
    fail("error", {ErrorCode::unavailable, peer_->name() + " could not be asked"});
  }
}

void PendingCall::send(Breaker::Pass pass) {
  ++attempts_;
  auto exchange = exchange_;
  const auto left = std::chrono::floor<milliseconds>(exchange.deadline - now());
  exchange.headers.push_back("X-Request-Deadline: " +
                             std::to_string(std::max(left, milliseconds{1}).count()));
  if (auto* const replicas = peer_->replicas()) address_ = replicas->next(now());
  exchange.address = address_;
  exchange.new_connection = !idempotent_ || attempts_ > 1;
  sent_ = reactor_->send(std::move(exchange), [self = shared_from_this(), pass](Outcome outcome) {
    try {
      self->on_outcome(pass, std::move(outcome));
    } catch (const std::exception&) {  // out of memory, say: whoever waits must not wait for ever
      self->fail("error", {ErrorCode::unavailable, self->peer_->name() + " could not be asked"});
    }
  });
}

void PendingCall::on_outcome(Breaker::Pass pass, Outcome outcome) {
  const ContextScope scope{context_};
  const auto given = std::chrono::floor<milliseconds>(exchange_.deadline - pass.since);
  peer_->leave(pass, judge(outcome, given));
  blame_replica(outcome, given);
  if (outcome.kind != Kind::answered) {
    log::debug("call failed", {{"peer", peer_->name()}, {"problem", outcome.problem}});
  }
  const auto when = retry_time(outcome);
  if (!when) return finish(std::move(outcome));
  last_ = std::move(outcome);
  peer_->count_retry();
  reactor_->at(*when, [self = shared_from_this()] { self->attempt(); });
}

/// A replica that answers is spared, whatever it says: the others are no better then.
void PendingCall::blame_replica(const Outcome& outcome, milliseconds given) {
  const auto silent = outcome.kind == Kind::timeout && given >= fair_time;
  if (address_.empty() || !(silent || outcome.kind == Kind::unreachable)) return;
  peer_->replicas()->failed(address_, now());
}

std::optional<Deadline> PendingCall::retry_time(const Outcome& outcome) {
  const auto passing =
      outcome.kind == Kind::unreachable || outcome.kind == Kind::broken || busy(outcome);
  // What never left may be sent again, whatever it is.
  const auto harmless = idempotent_ || outcome.kind == Kind::unreachable;
  if (!passing || !harmless || attempts_ >= attempts_max) return std::nullopt;
  const auto pause = std::max(pause_before(attempts_ + 1), wished_pause(outcome.reply));
  if (pause >= exchange_.deadline - now()) return std::nullopt;
  if (!peer_->budget().spend(now())) return std::nullopt;
  return now() + pause;
}

void PendingCall::finish(Outcome outcome) {
  switch (outcome.kind) {
    case Kind::answered:
      if (ends(class_of(outcome.reply.status))) promise_.set_value(std::move(outcome.reply));
      return;
    case Kind::timeout:
      return fail("timeout", {ErrorCode::timeout, peer_->name() + " did not answer in time"});
    case Kind::unreachable:
    case Kind::broken:
    case Kind::refused:
      return fail("error", {ErrorCode::unavailable, peer_->name() + " does not answer"});
  }
}

void PendingCall::fail(const char* result, const Error& error) {
  if (ends(result)) promise_.set_exception(std::make_exception_ptr(error));
}

bool PendingCall::ends(const std::string& result) {
  if (ended_) return false;
  ended_ = true;
  peer_->measure(result, now() - started_);
  peer_->pending().erase(shared_from_this());
  return true;
}

}  // namespace chassis
