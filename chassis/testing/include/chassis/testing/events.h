#pragma once

#include <functional>
#include <memory>
#include <string>

#include "chassis/events.h"

namespace chassis::testing {

/// The part of one service in the traffic of events, as its program has it, until it is destroyed.
///
///   const TestNats nats;
///   const EventTraffic order{"order", orders.url(), nats.url()};
///   const EventTraffic product{"product", database.url(), nats.url(), [&](Events& events) {
///     product::consume(events, reservations);
///   }};
class EventTraffic {
 public:
  EventTraffic(const std::string& service, const std::string& database_url,
               const std::string& nats_url, const std::function<void(Events&)>& subscribe = {});
  ~EventTraffic();
  EventTraffic(const EventTraffic&) = delete;
  EventTraffic& operator=(const EventTraffic&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Waits until the condition holds; fails the test when it does not within 20 seconds.
void await(const std::function<bool()>& condition);

}  // namespace chassis::testing
