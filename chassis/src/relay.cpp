#include "relay.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "chassis/context.h"
#include "chassis/log.h"
#include "inbox.h"
#include "outbox.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr int batch_max = 100;
constexpr milliseconds first_pause{100};
constexpr milliseconds pause_max{2'000};
constexpr milliseconds database_pause{500};
constexpr milliseconds idle_max{1'000};  // when no notification comes
constexpr milliseconds measure_period{5'000};
constexpr milliseconds purge_period = 3min;
constexpr milliseconds work_deadline{8'000};

Context background_context() {
  Context context;
  context.trace = Trace::from_header("");
  context.deadline = std::chrono::steady_clock::now() + work_deadline;
  return context;
}

}  // namespace

Relay::Relay(const EventSettings& settings, Database& database, Wake& wake,
             std::vector<DurableConsumer> consumers)
    : settings_{settings},
      database_{database},
      wake_{wake},
      consumers_{std::move(consumers)},
      sent_{counter("outbox_sent_total", "Events that the stream has confirmed")},
      sent_again_{counter("stream_republished_total",
                          "Events marked to be sent again, since the stream lost or may have lost "
                          "them")},
      connected_{gauge("nats_connected", "Whether events can be sent: 1, or 0 while NATS is away")},
      pending_{gauge("outbox_pending", "Events of this service that wait to be sent")},
      oldest_{gauge("outbox_oldest_seconds", "Age of the oldest event that waits to be sent")},
      dead_letters_{gauge("dead_letters", "Events that failed here for good, not replayed")} {}

void Relay::run() {
  auto pause = first_pause;
  while (!wake_.stopped()) {
    connects_ = false;
    look_at_ = {};
    try {
      NatsStream nats{settings_.nats_url, settings_.service};
      StreamWatch watch{database_, nats, settings_.keep, consumers_};
      serve(nats, watch);
    } catch (const std::exception& problem) {
      complain(problem);
    }
    connected_.set(0);
    tend();
    pause = connects_ ? first_pause : std::min(2 * pause, pause_max);
    wake_.pause(pause);
  }
}

/// Until the connection is of no more use; the database may come and go.
void Relay::serve(NatsStream& nats, StreamWatch& watch) {
  while (!wake_.stopped()) {
    try {
      work(nats, watch);
    } catch (const NatsError&) {
      throw;
    } catch (const std::exception& problem) {
      complain(problem);
      tend();
      wake_.pause(database_pause);
    }
  }
}

void Relay::work(NatsStream& nats, StreamWatch& watch) {
  const auto context = background_context();
  const ContextScope scope{context};
  if (Clock::now() >= look_at_) look(watch);
  const bool more = send_some(nats);
  connects_ = true;
  if (std::exchange(complained_, false)) log::info("events can be sent again");
  tend();
  if (!more) wake_.wait_for_work(idle_max);
}

void Relay::look(StreamWatch& watch) {
  epoch_ = watch.look();
  look_at_ = Clock::now() + settings_.look;
  connected_.set(1);
  while (!wake_.stopped()) {
    const int marked = database_.write(
        [&](Transaction& transaction) { return mark_unsent(transaction, settings_.keep); });
    if (marked == 0) return;
    sent_again_.add(marked);
  }
}

/// True when there is more to do at once.
bool Relay::send_some(NatsStream& nats) {
  std::size_t taken = 0;
  std::vector<Sent> sent;
  std::string problem;
  bool current = true;
  database_.write([&](Transaction& transaction) {
    sent.clear();
    const auto events = take_unsent(transaction, batch_max);
    taken = events.size();
    if (events.empty()) return;
    std::vector<OutgoingMessage> messages;
    for (const auto& told : events) {
      const auto& event = told.event;
      messages.push_back({event.id, subject_of(event.type), to_message(told, settings_.service)});
    }
    const auto published = nats.publish(messages);
    problem = published.problem;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (const auto& sequence = published.sequences[i])
        sent.push_back({messages[i].id, *sequence});
    }
    current = mark_sent(transaction, sent, epoch_);
  });
  if (!current) look_at_ = {};  // another replica knows more
  if (current) sent_.add(static_cast<double>(sent.size()));
  if (sent.size() < taken) throw NatsError{"the stream did not confirm what was sent: " + problem};
  return taken == batch_max || !current;
}

void Relay::complain(const std::exception& problem) {
  if (std::exchange(complained_, true)) return;
  log::warning("events cannot be sent", {{"problem", reason_of(problem)}});
}

/// What is due besides sending. The database may be away.
void Relay::tend() try {
  const auto context = background_context();
  const ContextScope scope{context};
  if (Clock::now() >= measure_at_) {
    measure_at_ = Clock::now() + measure_period;
    const auto size = database_.read([](Transaction& t) { return outbox_size(t); });
    pending_.set(static_cast<double>(size.pending));
    oldest_.set(size.oldest_seconds);
    dead_letters_.set(static_cast<double>(size.dead_letters));
  }
  if (Clock::now() >= purge_at_) {
    const bool more =
        database_.read([&](Transaction& t) { return purge_events(t, settings_.keep); });
    purge_at_ = Clock::now() + (more ? idle_max : purge_period);
  }
} catch (const std::exception& problem) {
  log::debug("events are not tended", {{"problem", reason_of(problem)}});
}

}  // namespace chassis
