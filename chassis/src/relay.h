#pragma once

#include <chrono>
#include <exception>
#include <vector>

#include "chassis/db.h"
#include "chassis/metrics.h"
#include "event_settings.h"
#include "stream_watch.h"
#include "wake.h"

namespace chassis {

/// Sends what is in the outbox to NATS, for as long as it takes, and tends what events leave in the
/// database. One thread runs it.
class Relay {
 public:
  Relay(const EventSettings& settings, Database& database, Wake& wake,
        std::vector<DurableConsumer> consumers);

  /// Until wake.stop().
  void run();

 private:
  using Clock = std::chrono::steady_clock;

  void serve(NatsStream& nats, StreamWatch& watch);
  void work(NatsStream& nats, StreamWatch& watch);
  void look(StreamWatch& watch);
  bool send_some(NatsStream& nats);
  void tend();
  void complain(const std::exception& problem);

  const EventSettings& settings_;
  Database& database_;
  Wake& wake_;
  const std::vector<DurableConsumer> consumers_;
  std::int64_t epoch_ = 0;
  Clock::time_point look_at_{};
  Clock::time_point measure_at_{};
  Clock::time_point purge_at_{};
  bool connects_ = false;    // this connection was of use
  bool complained_ = false;  // that NATS, or the database, is away
  const Counter sent_;
  const Counter sent_again_;
  const Gauge connected_;
  const Gauge pending_;
  const Gauge oldest_;
  const Gauge dead_letters_;
};

}  // namespace chassis
