#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/db.h"
#include "nats_stream.h"

namespace chassis {

/// A durable consumer of this service, in the stream.
struct DurableConsumer {
  std::string name;
  std::string subject;
};

/// Compares the stream behind one connection with what this service remembers of it, and sees to it
/// that what the stream lost, or may have lost, goes to it again and is looked for in it again.
class StreamWatch {
 public:
  StreamWatch(Database& database, NatsStream& nats, std::chrono::hours keep,
              std::vector<DurableConsumer> consumers);

  /// To be called before anything else is done with the connection, and every few seconds. Returns
  /// the epoch: what was sent is to be marked so only while it lasts.
  std::int64_t look();
  /// Makes the service's consumers where they are missing, to go on where it is certain that
  /// nothing is left out, and remembers how far they are. After look().
  void keep_consumers();

 private:
  std::int64_t begin_epoch(const StreamState& state);
  void look_again(Transaction& transaction, const StreamState& state);
  bool lost_more_than_its_end(Transaction& transaction, const StreamState& state);

  Database& database_;
  NatsStream& nats_;
  std::chrono::hours keep_;
  std::vector<DurableConsumer> consumers_;
  StreamState seen_;
};

/// Marks a bounded number of events to be sent again, where the watch found that they must.
/// Returns how many; none are left when that is 0.
int mark_unsent(Transaction& transaction, std::chrono::hours keep);

}  // namespace chassis
