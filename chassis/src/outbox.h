#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "chassis/db.h"
#include "cloud_event.h"

namespace chassis {

/// Up to `most` events that are to be sent, oldest first, kept from other replicas until the
/// transaction ends.
std::vector<CloudEvent> take_unsent(Transaction& transaction, int most);

struct Sent {
  std::string id;
  std::uint64_t sequence;
};

/// Marks them as sent and returns true, unless the epoch (stream_watch.h) is another by now: then
/// they are to go again.
bool mark_sent(Transaction& transaction, const std::vector<Sent>& sent, std::int64_t epoch);

struct OutboxSize {
  std::int64_t pending = 0;
  double oldest_seconds = 0;
  std::int64_t dead_letters = 0;  // not replayed
};
OutboxSize outbox_size(Transaction& transaction);

/// Removes a bounded number of each: events sent more than `keep` ago, and what is remembered of
/// others' events for twice as long. True when there may be more.
bool purge_events(Transaction& transaction, std::chrono::hours keep);

}  // namespace chassis
