#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace chassis {

/// NATS is away, late, or refuses. The text names neither its address nor its credentials. The
/// connection it came from is of no more use.
class NatsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The library with its threads: they end with the last of these. Needed before any NatsStream.
class NatsLibrary {
 public:
  NatsLibrary();
  ~NatsLibrary();
  NatsLibrary(const NatsLibrary&) = delete;
  NatsLibrary& operator=(const NatsLibrary&) = delete;
};

/// The stream as it is now.
struct StreamState {
  std::string server;       // one run of one NATS server: another after each start
  std::string incarnation;  // another for each stream that was made
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
};

struct OutgoingMessage {
  std::string id;
  std::string subject;
  std::string body;
};

struct Published {
  /// In the order of the messages; nothing for those the stream did not confirm.
  std::vector<std::optional<std::uint64_t>> sequences;
  /// Why it did not, in its words.
  std::string problem{};
};

struct IncomingMessage {
  std::size_t consumer = 0;  // its place in the list given to listen()
  std::string subject;
  std::string body;
  std::string reply;
  int deliveries = 1;
};

/// One connection to NATS, never renewed, and the one stream there that all services share. For one
/// thread. Calls give up after about a second with NatsError.
class NatsStream {
 public:
  /// Connects. `url` may hold credentials.
  NatsStream(const std::string& url, const std::string& name);
  ~NatsStream();
  NatsStream(const NatsStream&) = delete;
  NatsStream& operator=(const NatsStream&) = delete;

  /// The stream; makes it when it is missing, to keep messages for `keep`.
  StreamState open(std::chrono::hours keep);
  /// Whether the message with this sequence is the one with this id.
  bool holds(std::uint64_t sequence, const std::string& id);
  /// Removes the stream with all it holds.
  void remove();

  /// Sends them all and waits up to a second and a half for the stream to have them.
  Published publish(const std::vector<OutgoingMessage>& messages);

  /// Up to where everything for this durable consumer has been acknowledged; nothing when there is
  /// no such consumer.
  std::optional<std::uint64_t> floor(const std::string& consumer);
  /// Makes a durable consumer that begins at a sequence, unless it is there.
  void add_consumer(const std::string& consumer, const std::string& subject,
                    std::uint64_t first_sequence);
  /// Harmless when there is none.
  void remove_consumer(const std::string& consumer);

  /// Takes messages of these durable consumers from now on.
  void listen(const std::vector<std::string>& consumers);
  /// The next message, when one comes in time.
  std::optional<IncomingMessage> next(std::chrono::milliseconds most);
  void acknowledge(const IncomingMessage& message);
  /// It is to come again, to anyone, not before `pause`.
  void postpone(const IncomingMessage& message, std::chrono::milliseconds pause);
  /// Gives back what came and was not taken, so that others need not wait for it.
  void give_back();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chassis
