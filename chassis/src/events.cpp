#include "chassis/events.h"

#include <stdexcept>
#include <thread>
#include <utility>

#include "cloud_event.h"
#include "event_consumer.h"
#include "event_routes.h"
#include "nats_stream.h"
#include "relay.h"

namespace chassis {
namespace {

EventSettings settings_of(std::string service, Config& config) {
  using std::chrono::milliseconds;
  EventSettings settings;
  settings.service = std::move(service);
  settings.nats_url = config.text("NATS_URL");
  if (!settings.nats_url.empty() && !settings.nats_url.starts_with("nats://")) {
    config.reject("NATS_URL must be nats://host:port");
  }
  settings.keep = std::chrono::hours{config.integer("OUTBOX_KEEP_HOURS", 1, 10'000, 168)};
  settings.retry = milliseconds{config.integer("EVENT_RETRY_MS", 1, 60'000, 1000)};
  settings.look = milliseconds{config.integer("EVENT_LOOK_MS", 10, 60'000, 5000)};
  settings.workers = static_cast<int>(config.integer("EVENT_WORKERS", 1, 32, 2));
  return settings;
}

}  // namespace

struct Events::State {
  State(EventSettings s, Database& d) : settings{std::move(s)}, database{d} {}

  const EventSettings settings;
  Database& database;
  std::vector<Subscription> subscriptions;  // fixed once the threads run
  // The listener's callback may outlive us.
  const std::shared_ptr<Wake> wake = std::make_shared<Wake>();
  std::unique_ptr<NatsLibrary> library;
  std::vector<std::thread> threads;
};

Events::Events(std::string service, Config& config, Database& database, Listener& listener)
    : state_{std::make_unique<State>(settings_of(std::move(service), config), database)} {
  listener.on("chassis_outbox", [wake = state_->wake](const std::string&, bool) { wake->tell(); });
}

Events::~Events() { stop(); }

void Events::on(const std::string& type, Handler handler) {
  auto& state = *state_;
  const auto what = type.starts_with("*.") ? "any" + type.substr(1) : type;
  if (!state.threads.empty()) throw std::logic_error{"on() is called before start()"};
  if (!is_event_type(what)) throw std::logic_error{"a type is <service>.<what happened>"};
  for (const auto& one : state.subscriptions) {
    if (means(one.type, type) || means(type, one.type)) {
      throw std::logic_error{"an event has one handler: " + type + " and " + one.type};
    }
  }
  state.subscriptions.emplace_back(state.settings.service, type, std::move(handler));
}

Routes Events::routes() { return event_routes(state_->database, state_->subscriptions); }

void Events::start() {
  auto& state = *state_;
  if (!state.threads.empty()) return;
  state.library = std::make_unique<NatsLibrary>();
  state.threads.emplace_back([&state] {
    Relay{state.settings, state.database, *state.wake, consumers_of(state.subscriptions)}.run();
  });
  if (state.subscriptions.empty()) return;
  for (int i = 0; i < state.settings.workers; ++i) {
    state.threads.emplace_back([&state] {
      EventConsumer{state.settings, state.database, *state.wake, state.subscriptions}.run();
    });
  }
}

void Events::stop() {
  auto& state = *state_;
  state.wake->stop();
  for (auto& thread : state.threads) thread.join();
  state.threads.clear();
  state.library.reset();
}

}  // namespace chassis
