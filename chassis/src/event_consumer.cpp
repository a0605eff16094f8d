#include "event_consumer.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "chassis/context.h"
#include "chassis/log.h"
#include "inbox.h"

namespace chassis {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{100};
constexpr milliseconds pause_max{2'000};
constexpr milliseconds database_pause{500};
constexpr milliseconds listen_max{250};  // how long stop() may wait for us
constexpr milliseconds handler_deadline{5'000};
constexpr milliseconds retry_max{60'000};
constexpr milliseconds away_max{5'000};  // when it was the database that failed

/// 1, 4, 16 ... times the first pause.
milliseconds pause_after(int failures, milliseconds first) {
  auto pause = first;
  for (int i = 1; i < failures && pause < retry_max; ++i) pause *= 4;
  return std::min(pause, retry_max);
}

Context context_of(const std::string& traceparent) {
  Context context;
  context.trace = Trace::from_header(traceparent);
  context.deadline = std::chrono::steady_clock::now() + handler_deadline;
  return context;
}

std::string name_of(std::string pattern) {
  if (pattern.front() == '*') pattern.replace(0, 1, "any");
  std::replace(pattern.begin(), pattern.end(), '.', '-');
  return pattern;
}

/// The event of a message from `subscription`. Throws Error{invalid} when it is none.
CloudEvent event_of(const IncomingMessage& message, const Subscription& subscription) {
  auto told = from_message(message.body);
  const auto& type = told.event.type;
  if (!means(subscription.type, type) || message.subject != subject_of(type)) {
    throw Error{{FieldError{"/type", "must be that of the subject"}}};
  }
  return told;
}

std::string text_of(const Error& error) {
  std::string text = error.what();
  for (const auto& field : error.fields()) text += "; " + field.pointer + ": " + field.detail;
  return text;
}

}  // namespace

Subscription::Subscription(const std::string& service, const std::string& pattern,
                           Events::Handler what)
    : type{pattern},
      consumer{service + "-" + name_of(pattern), subject_of(pattern)},
      handler{std::move(what)},
      applied{counter("events_applied_total", "Events of others that took effect here",
                      {{"type", pattern}})},
      failed{counter("events_failed_total", "Attempts to apply an event that failed",
                     {{"type", pattern}})} {}

const Subscription* subscription_of(const std::vector<Subscription>& list,
                                    const std::string& type) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const auto& one) { return means(one.type, type); });
  return found == list.end() ? nullptr : &*found;
}

std::vector<DurableConsumer> consumers_of(const std::vector<Subscription>& list) {
  std::vector<DurableConsumer> consumers;
  consumers.reserve(list.size());
  for (const auto& one : list) consumers.push_back(one.consumer);
  return consumers;
}

EventConsumer::EventConsumer(const EventSettings& settings, Database& database, Wake& wake,
                             const std::vector<Subscription>& subscriptions)
    : settings_{settings},
      database_{database},
      wake_{wake},
      subscriptions_{subscriptions},
      delivery_{histogram("events_delivery_seconds",
                          "From when an event was published to when it took effect here")} {}

void EventConsumer::run() {
  auto pause = first_pause;
  while (!wake_.stopped()) {
    listens_ = false;
    look_at_ = {};
    try {
      NatsStream nats{settings_.nats_url, settings_.service};
      StreamWatch watch{database_, nats, settings_.keep, consumers_of(subscriptions_)};
      serve(nats, watch);
    } catch (const std::exception& problem) {
      complain(problem);
    }
    pause = listens_ ? first_pause : std::min(2 * pause, pause_max);
    wake_.pause(pause);
  }
}

/// Until the connection is of no more use; the database may come and go.
void EventConsumer::serve(NatsStream& nats, StreamWatch& watch) {
  while (!wake_.stopped()) {
    try {
      work(nats, watch);
    } catch (const NatsError&) {
      throw;
    } catch (const std::exception& problem) {
      complain(problem);
      wake_.pause(database_pause);
    }
  }
  if (listens_) nats.give_back();
}

void EventConsumer::work(NatsStream& nats, StreamWatch& watch) {
  if (Clock::now() >= look_at_) look(nats, watch);
  if (const auto message = nats.next(listen_max)) handle(nats, *message);
}

void EventConsumer::look(NatsStream& nats, StreamWatch& watch) {
  const auto context = context_of("");
  const ContextScope scope{context};
  watch.look();
  watch.keep_consumers();
  look_at_ = Clock::now() + settings_.look;
  if (!std::exchange(listens_, true)) {
    std::vector<std::string> names;
    for (const auto& one : subscriptions_) names.push_back(one.consumer.name);
    nats.listen(names);
  }
  if (std::exchange(complained_, false)) log::info("events can be received again");
}

void EventConsumer::handle(NatsStream& nats, const IncomingMessage& message) {
  std::optional<milliseconds> pause;
  try {
    pause = settle(message);
  } catch (const std::exception&) {
    // The database is away: that is not the event's fault.
    nats.postpone(message, std::min(pause_after(message.deliveries, settings_.retry), away_max));
    throw;
  }
  if (pause) {
    nats.postpone(message, *pause);
  } else {
    nats.acknowledge(message);
  }
}

/// Returns after which pause it is to come again; nothing when it is dealt with. Throws when the
/// database is out of reach.
std::optional<milliseconds> EventConsumer::settle(const IncomingMessage& message) {
  const auto& subscription = subscriptions_[message.consumer];
  CloudEvent told;
  try {
    told = event_of(message, subscription);
  } catch (const Error& error) {
    const auto problem = text_of(error);
    subscription.failed.add();
    log::error("a message is no event", {{"subject", message.subject}, {"problem", problem}});
    bury_malformed(database_, message.subject, message.body, problem);
    return std::nullopt;
  }
  const auto context = context_of(told.traceparent);
  const ContextScope scope{context};
  std::string reason;
  try {
    apply(subscription, told.event);
    return std::nullopt;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::unavailable) throw;
    reason = text_of(error);
  } catch (const std::exception& problem) {
    reason = reason_of(problem);
  } catch (...) {
    reason = "something that is no exception was thrown";
  }
  return failed(subscription, told.event, message.body, reason);
}

void EventConsumer::apply(const Subscription& subscription, const Event& event) {
  if (!apply_once(database_, event, subscription.handler)) return;
  subscription.applied.add();
  const std::chrono::duration<double> age = system_clock().now() - event.time;
  delivery_.observe(std::max(age.count(), 0.0));
  log::debug("event applied", {{"event_id", event.id}, {"type", event.type}});
}

/// Returns when it is to be tried again, or nothing when it is dead.
std::optional<milliseconds> EventConsumer::failed(const Subscription& subscription,
                                                  const Event& event, const std::string& message,
                                                  const std::string& reason) {
  subscription.failed.add();
  auto context = Context::current();
  context.deadline = Clock::now() + handler_deadline;  // the handler may have used up its own
  const ContextScope scope{context};
  const int failures = count_failure(database_, event, message, reason);
  const bool dead = failures >= failures_max;
  const log::Fields fields{
      {"event_id", event.id}, {"type", event.type}, {"attempts", failures}, {"problem", reason}};
  if (dead) {
    log::error("event became a dead letter", fields);
    return std::nullopt;
  }
  log::warning("event not applied", fields);
  return pause_after(failures, settings_.retry);
}

void EventConsumer::complain(const std::exception& problem) {
  if (std::exchange(complained_, true)) return;
  log::warning("events cannot be received", {{"problem", reason_of(problem)}});
}

}  // namespace chassis
