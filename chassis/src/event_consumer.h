#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "chassis/db.h"
#include "chassis/events.h"
#include "chassis/metrics.h"
#include "event_settings.h"
#include "stream_watch.h"
#include "wake.h"

namespace chassis {

/// What this service does about one type of event.
struct Subscription {
  Subscription(const std::string& service, const std::string& pattern, Events::Handler what);

  std::string type;  // or pattern
  DurableConsumer consumer;
  Events::Handler handler;
  Counter applied;
  Counter failed;
};

/// The one that a type belongs to; nullptr when there is none.
const Subscription* subscription_of(const std::vector<Subscription>& list, const std::string& type);

std::vector<DurableConsumer> consumers_of(const std::vector<Subscription>& list);

/// Takes events from NATS and applies them. Several threads run one each.
class EventConsumer {
 public:
  EventConsumer(const EventSettings& settings, Database& database, Wake& wake,
                const std::vector<Subscription>& subscriptions);

  /// Until wake.stop().
  void run();

 private:
  using Clock = std::chrono::steady_clock;

  void serve(NatsStream& nats, StreamWatch& watch);
  void work(NatsStream& nats, StreamWatch& watch);
  void look(NatsStream& nats, StreamWatch& watch);
  void handle(NatsStream& nats, const IncomingMessage& message);
  std::optional<std::chrono::milliseconds> settle(const IncomingMessage& message);
  void apply(const Subscription& subscription, const Event& event);
  std::optional<std::chrono::milliseconds> failed(const Subscription& subscription,
                                                  const Event& event, const std::string& message,
                                                  const std::string& reason);
  void complain(const std::exception& problem);

  const EventSettings& settings_;
  Database& database_;
  Wake& wake_;
  const std::vector<Subscription>& subscriptions_;
  Clock::time_point look_at_{};
  bool listens_ = false;     // to this connection, which was of use
  bool complained_ = false;  // that NATS, or the database, is away
  const Histogram delivery_;
};

}  // namespace chassis
