#include "chassis/testing/events.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <thread>

#include "chassis/config.h"
#include "chassis/db.h"
#include "chassis/listener.h"

namespace chassis::testing {
namespace {

using namespace std::chrono_literals;

/// Nothing is tried again late.
Config config_of(const std::string& nats_url) {
  const std::map<std::string, std::string> settings{
      {"NATS_URL", nats_url}, {"EVENT_RETRY_MS", "5"}, {"EVENT_LOOK_MS", "100"}};
  return Config{[settings](const std::string& name) -> std::optional<std::string> {
    const auto found = settings.find(name);
    if (found == settings.end()) return std::nullopt;
    return found->second;
  }};
}

}  // namespace

struct EventTraffic::State {
  Config config;
  Database database;
  Listener listener;
  Events events;

  State(const std::string& service, const std::string& database_url, const std::string& nats_url)
      : config{config_of(nats_url)},
        database{database_url, service},
        listener{database_url},
        events{service, config, database, listener} {}
};

EventTraffic::EventTraffic(const std::string& service, const std::string& database_url,
                           const std::string& nats_url,
                           const std::function<void(Events&)>& subscribe)
    : state_{std::make_unique<State>(service, database_url, nats_url)} {
  state_->config.check();
  if (subscribe) subscribe(state_->events);
  state_->listener.start();
  state_->events.start();
}

EventTraffic::~EventTraffic() { state_->events.stop(); }

void await(const std::function<bool()>& condition) {
  const auto give_up_at = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up_at) << "it never came true";
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace chassis::testing
