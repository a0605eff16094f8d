#include "nats_stream.h"

#include <nats/nats.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <string_view>
#include <utility>

#include "chassis/id.h"
#include "chassis/json.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

constexpr const char* stream_name = "serai";
constexpr const char* stream_subjects = "serai.>";
constexpr const char* id_header = "Nats-Msg-Id";
constexpr milliseconds answer_max{1'000};
constexpr milliseconds publish_max{1'500};
/// How long the stream knows the ids it took, and takes none again.
constexpr nanoseconds duplicates_window = 5min;
/// Messages that somebody took and did not acknowledge come again after this.
constexpr nanoseconds acknowledge_max = 15s;
constexpr int pull_batch = 16;
constexpr milliseconds pull_wait{20'000};
constexpr milliseconds pull_grace{2'000};

void check(natsStatus status, const char* what) {
  if (status == NATS_OK) return;
  throw NatsError{std::string{what} + ": " + natsStatus_GetText(status)};
}

template <typename T, void (*destroy)(T*)>
struct Free {
  void operator()(T* object) const { destroy(object); }
};
using Options = std::unique_ptr<natsOptions, Free<natsOptions, natsOptions_Destroy>>;
using Connection = std::unique_ptr<natsConnection, Free<natsConnection, natsConnection_Destroy>>;
using Subscription =
    std::unique_ptr<natsSubscription, Free<natsSubscription, natsSubscription_Destroy>>;
using Message = std::unique_ptr<natsMsg, Free<natsMsg, natsMsg_Destroy>>;
using Context = std::unique_ptr<jsCtx, Free<jsCtx, jsCtx_Destroy>>;
using StreamInfo = std::unique_ptr<jsStreamInfo, Free<jsStreamInfo, jsStreamInfo_Destroy>>;
using ConsumerInfo = std::unique_ptr<jsConsumerInfo, Free<jsConsumerInfo, jsConsumerInfo_Destroy>>;

std::string_view header_of(natsMsg* message, const char* name) {
  const char* value = nullptr;
  return natsMsgHeader_Get(message, name, &value) == NATS_OK ? value : std::string_view{};
}

std::string body_of(const natsMsg* message) {
  return {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

std::vector<std::string_view> split(std::string_view subject) {
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at <= subject.size();) {
    const auto end = std::min(subject.find('.', at), subject.size());
    tokens.push_back(subject.substr(at, end - at));
    at = end + 1;
  }
  return tokens;
}

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// What the stream answers to a message.
struct Receipt {
  std::optional<std::string> stream;
  std::optional<std::int64_t> seq;
  std::optional<RawJson> error;
};

}  // namespace

template <>
struct Fields<Receipt> {
  static constexpr auto list =
      std::make_tuple(field("stream", &Receipt::stream), field("seq", &Receipt::seq),
                      field("error", &Receipt::error));
};

namespace {

/// The sequence in the stream's answer, or nothing and the problem.
std::optional<std::uint64_t> sequence_in(const std::string& answer, std::string& problem) try {
  const auto receipt = from_json<Receipt>(answer, Unknown::ignore);
  if (receipt.stream == stream_name && receipt.seq && *receipt.seq > 0 && !receipt.error) {
    return static_cast<std::uint64_t>(*receipt.seq);
  }
  problem = receipt.error ? receipt.error->text : "another stream took it";
  return std::nullopt;
} catch (const Error&) {
  problem = "the answer is none of a stream";
  return std::nullopt;
}

/// From whom a message came and for which time, which JetStream says in the subject of its reply:
/// $JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<deliveries>.<sequences, time, pending ...>
struct Origin {
  std::string_view consumer;
  int deliveries = 1;
};

std::optional<Origin> origin_of(std::string_view reply) {
  constexpr std::size_t short_form = 9;
  const auto tokens = split(reply);
  if (tokens.size() < short_form) return std::nullopt;
  const std::size_t at = tokens.size() == short_form ? 3 : 5;
  const auto deliveries = number(tokens[at + 1]);
  if (!deliveries) return std::nullopt;
  return Origin{tokens[at], static_cast<int>(std::min<std::size_t>(*deliveries, 1'000'000))};
}

/// A durable consumer that we take messages from.
struct Source {
  std::string name;
  int expected = 0;  // messages that the last request may still bring
  Clock::time_point until;
};

std::mutex library_mutex;
int library_users = 0;

}  // namespace

NatsLibrary::NatsLibrary() {
  const std::lock_guard lock{library_mutex};
  if (library_users == 0) check(nats_Open(-1), "cannot use NATS");
  ++library_users;
}

NatsLibrary::~NatsLibrary() {
  const std::lock_guard lock{library_mutex};
  if (--library_users == 0) nats_CloseAndWait(answer_max.count());
}

struct NatsStream::State {
  Connection connection;
  Context context;
  const std::string inbox = "_INBOX." + random_token(16);
  Subscription receipts;
  std::size_t batch = 0;  // number of the last one published
  Subscription arrivals;
  std::vector<Source> sources;

  void connect(const std::string& url, const std::string& name);
  Subscription subscribe(const std::string& subject) const;
  StreamInfo find_stream() const;
  void add_stream(std::chrono::hours keep) const;
  void send(const OutgoingMessage& message, const std::string& reply) const;
  void answer(const IncomingMessage& message, const std::string& word) const;
  void collect(Published& published) const;
  void pull_where_needed();
  void note_status(std::string_view status, std::string_view subject);
  std::optional<IncomingMessage> arrived(const natsMsg* message);
};

void NatsStream::State::connect(const std::string& url, const std::string& name) {
  natsOptions* made = nullptr;
  check(natsOptions_Create(&made), "cannot use NATS");
  const Options options{made};
  const auto set = [](natsStatus status) { check(status, "NATS_URL cannot be used"); };
  set(natsOptions_SetURL(made, url.c_str()));
  set(natsOptions_SetName(made, name.c_str()));
  set(natsOptions_SetTimeout(made, answer_max.count()));
  set(natsOptions_SetWriteDeadline(made, answer_max.count()));
  // Another connection may lead to a server that has lost what this one took: its user must know.
  set(natsOptions_SetAllowReconnect(made, false));
  set(natsOptions_SetPingInterval(made, 2'000));
  set(natsOptions_SetMaxPingsOut(made, 2));
  set(natsOptions_SetSendAsap(made, true));
  // The library would print.
  set(natsOptions_SetErrorHandler(
      made, [](natsConnection*, natsSubscription*, natsStatus, void*) {}, nullptr));
  natsConnection* connected = nullptr;
  check(natsConnection_Connect(&connected, made), "cannot connect");
  connection.reset(connected);

  jsOptions defaults;
  check(jsOptions_Init(&defaults), "cannot use NATS");
  defaults.Wait = answer_max.count();
  jsCtx* usable = nullptr;
  check(natsConnection_JetStream(&usable, connected, &defaults), "cannot use JetStream");
  context.reset(usable);
}

Subscription NatsStream::State::subscribe(const std::string& subject) const {
  natsSubscription* subscription = nullptr;
  check(natsConnection_SubscribeSync(&subscription, connection.get(), subject.c_str()),
        "cannot subscribe");
  return Subscription{subscription};
}

/// Nothing when there is no stream.
StreamInfo NatsStream::State::find_stream() const {
  jsStreamInfo* found = nullptr;
  auto problem = static_cast<jsErrCode>(0);
  const auto status = js_GetStreamInfo(&found, context.get(), stream_name, nullptr, &problem);
  if (problem == JSStreamNotFoundErr) return nullptr;
  check(status, "cannot see the stream");
  return StreamInfo{found};
}

/// Harmless when another makes it first.
void NatsStream::State::add_stream(std::chrono::hours keep) const {
  jsStreamConfig config;
  check(jsStreamConfig_Init(&config), "cannot use JetStream");
  const auto incarnation = new_id();
  const char* subjects = stream_subjects;
  config.Name = stream_name;
  config.Description = incarnation.c_str();
  config.Subjects = &subjects;
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  config.MaxAge = nanoseconds{keep}.count();
  config.Duplicates = std::min(duplicates_window, nanoseconds{keep}).count();
  auto problem = static_cast<jsErrCode>(0);
  const auto status = js_AddStream(nullptr, context.get(), &config, nullptr, &problem);
  if (problem != JSStreamNameExistErr) check(status, "cannot make the stream");
}

void NatsStream::State::send(const OutgoingMessage& message, const std::string& reply) const {
  natsMsg* made = nullptr;
  check(natsMsg_Create(&made, message.subject.c_str(), reply.c_str(), message.body.data(),
                       static_cast<int>(message.body.size())),
        "cannot send");
  const Message owned{made};
  check(natsMsgHeader_Set(made, id_header, message.id.c_str()), "cannot send");
  check(natsConnection_PublishMsg(connection.get(), made), "cannot send");
}

void NatsStream::State::answer(const IncomingMessage& message, const std::string& word) const {
  check(natsConnection_PublishString(connection.get(), message.reply.c_str(), word.c_str()),
        "cannot send");
}

/// Reads the stream's answers to the last batch until all came or time is up.
void NatsStream::State::collect(Published& published) const {
  const auto give_up = Clock::now() + publish_max;
  auto& sequences = published.sequences;
  for (std::size_t answers = 0; answers < sequences.size();) {
    const auto left = std::chrono::ceil<milliseconds>(give_up - Clock::now());
    natsMsg* found = nullptr;
    const auto status =
        natsSubscription_NextMsg(&found, receipts.get(), std::max<std::int64_t>(left.count(), 1));
    const Message message{found};
    if (status == NATS_TIMEOUT) {
      published.problem = "no answer in time";
      return;
    }
    check(status, "cannot publish");
    const auto tokens = split(natsMsg_GetSubject(found));
    const auto index = number(tokens.back());
    if (number(tokens[tokens.size() - 2]) != batch || !index || *index >= sequences.size()) {
      continue;  // too late for an earlier batch
    }
    sequences[*index] = sequence_in(body_of(found), published.problem);
    ++answers;
  }
}

void NatsStream::State::pull_where_needed() {
  static const auto request = "{\"batch\":" + std::to_string(pull_batch) +
                              ",\"expires\":" + std::to_string(nanoseconds{pull_wait}.count()) +
                              "}";
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto& source = sources[i];
    if (source.expected > 0 && Clock::now() < source.until) continue;
    const auto subject =
        std::string{"$JS.API.CONSUMER.MSG.NEXT."} + stream_name + "." + source.name;
    const auto reply = inbox + ".arrivals." + std::to_string(i);
    check(natsConnection_PublishRequest(connection.get(), subject.c_str(), reply.c_str(),
                                        request.data(), static_cast<int>(request.size())),
          "cannot send");
    source.expected = pull_batch;
    source.until = Clock::now() + pull_wait + pull_grace;
  }
}

/// The server says that a request to it has ended.
void NatsStream::State::note_status(std::string_view status, std::string_view subject) {
  if (status == "100") return;  // it is alive
  const auto index = number(split(subject).back());
  const bool over = status == "404" || status == "408";
  if (!over || !index || *index >= sources.size()) {
    throw NatsError{"a consumer is lost: status " + std::string{status.substr(0, 3)}};
  }
  sources[*index].expected = 0;
}

std::optional<IncomingMessage> NatsStream::State::arrived(const natsMsg* message) {
  IncomingMessage result;
  result.subject = text_of(natsMsg_GetSubject(message));
  result.reply = text_of(natsMsg_GetReply(message));
  const auto origin = origin_of(result.reply);
  if (!origin) return std::nullopt;
  const auto source = std::find_if(sources.begin(), sources.end(),
                                   [&](const auto& s) { return s.name == origin->consumer; });
  if (source == sources.end()) return std::nullopt;
  --source->expected;
  result.consumer = static_cast<std::size_t>(source - sources.begin());
  result.deliveries = origin->deliveries;
  result.body = body_of(message);
  return result;
}

NatsStream::NatsStream(const std::string& url, const std::string& name)
    : state_{std::make_unique<State>()} {
  state_->connect(url, name);
}

NatsStream::~NatsStream() {
  state_.reset();
  nats_ReleaseThreadMemory();
}

StreamState NatsStream::open(std::chrono::hours keep) {
  auto info = state_->find_stream();
  if (!info) {
    state_->add_stream(keep);
    info = state_->find_stream();
  }
  if (!info) throw NatsError{"cannot make the stream"};
  std::array<char, 128> server{};
  check(natsConnection_GetConnectedServerId(state_->connection.get(), server.data(), server.size()),
        "cannot see the server");
  return {.server = server.data(),
          .incarnation = text_of(info->Config->Description) + "/" + std::to_string(info->Created),
          .first_sequence = info->State.FirstSeq,
          .last_sequence = info->State.LastSeq};
}

bool NatsStream::holds(std::uint64_t sequence, const std::string& id) {
  natsMsg* found = nullptr;
  auto problem = static_cast<jsErrCode>(0);
  const auto status =
      js_GetMsg(&found, state_->context.get(), stream_name, sequence, nullptr, &problem);
  const Message message{found};
  if (problem == JSNoMessageFoundErr) return false;
  check(status, "cannot read the stream");
  return header_of(found, id_header) == id;
}

void NatsStream::remove() {
  auto problem = static_cast<jsErrCode>(0);
  const auto status = js_DeleteStream(state_->context.get(), stream_name, nullptr, &problem);
  if (problem != JSStreamNotFoundErr) check(status, "cannot remove the stream");
}

Published NatsStream::publish(const std::vector<OutgoingMessage>& messages) {
  const auto inbox = state_->inbox + ".receipts.";
  if (!state_->receipts) state_->receipts = state_->subscribe(inbox + ">");
  const auto reply = inbox + std::to_string(++state_->batch) + ".";
  for (std::size_t i = 0; i < messages.size(); ++i) {
    state_->send(messages[i], reply + std::to_string(i));
  }
  Published published{.sequences = std::vector<std::optional<std::uint64_t>>(messages.size())};
  state_->collect(published);
  return published;
}

std::optional<std::uint64_t> NatsStream::floor(const std::string& consumer) {
  jsConsumerInfo* found = nullptr;
  auto problem = static_cast<jsErrCode>(0);
  const auto status = js_GetConsumerInfo(&found, state_->context.get(), stream_name,
                                         consumer.c_str(), nullptr, &problem);
  const ConsumerInfo info{found};
  if (problem == JSConsumerNotFoundErr) return std::nullopt;
  check(status, "cannot see a consumer");
  return info->AckFloor.Stream;
}

void NatsStream::add_consumer(const std::string& consumer, const std::string& subject,
                              std::uint64_t first_sequence) {
  jsConsumerConfig config;
  check(jsConsumerConfig_Init(&config), "cannot use JetStream");
  config.Durable = consumer.c_str();
  config.FilterSubject = subject.c_str();
  config.AckPolicy = js_AckExplicit;
  config.AckWait = nanoseconds{acknowledge_max}.count();
  config.MaxDeliver = -1;
  // What fails and waits for its next try must not hold back the others.
  config.MaxAckPending = -1;
  config.DeliverPolicy = first_sequence > 1 ? js_DeliverByStartSequence : js_DeliverAll;
  if (first_sequence > 1) config.OptStartSeq = first_sequence;
  auto problem = static_cast<jsErrCode>(0);
  const auto status =
      js_AddConsumer(nullptr, state_->context.get(), stream_name, &config, nullptr, &problem);
  if (status != NATS_OK && floor(consumer)) return;  // another was first
  check(status, "cannot make a consumer");
}

void NatsStream::remove_consumer(const std::string& consumer) {
  auto problem = static_cast<jsErrCode>(0);
  const auto status =
      js_DeleteConsumer(state_->context.get(), stream_name, consumer.c_str(), nullptr, &problem);
  if (problem != JSConsumerNotFoundErr) check(status, "cannot remove a consumer");
}

void NatsStream::listen(const std::vector<std::string>& consumers) {
  state_->arrivals = state_->subscribe(state_->inbox + ".arrivals.>");
  state_->sources.clear();
  for (const auto& consumer : consumers) state_->sources.push_back({consumer, 0, {}});
}

std::optional<IncomingMessage> NatsStream::next(milliseconds most) {
  const auto give_up = Clock::now() + most;
  while (true) {
    state_->pull_where_needed();
    const auto left = std::chrono::ceil<milliseconds>(give_up - Clock::now());
    natsMsg* found = nullptr;
    const auto status = natsSubscription_NextMsg(&found, state_->arrivals.get(),
                                                 std::max<std::int64_t>(left.count(), 1));
    const Message message{found};
    if (status == NATS_TIMEOUT) return std::nullopt;
    check(status, "cannot receive");
    const auto told = header_of(found, "Status");
    if (!told.empty()) {
      state_->note_status(told, natsMsg_GetSubject(found));
    } else if (auto result = state_->arrived(found)) {
      return result;
    }
  }
}

void NatsStream::acknowledge(const IncomingMessage& message) { state_->answer(message, "+ACK"); }

void NatsStream::postpone(const IncomingMessage& message, milliseconds pause) {
  state_->answer(message, "-NAK {\"delay\":" + std::to_string(nanoseconds{pause}.count()) + "}");
}

void NatsStream::give_back() {
  constexpr milliseconds drain_max{300};
  // The server sends no more here, or what is given back would come here again ...
  check(natsSubscription_DrainTimeout(state_->arrivals.get(), drain_max.count()), "cannot leave");
  const auto give_up = Clock::now() + drain_max;
  natsMsg* found = nullptr;
  while (Clock::now() < give_up &&
         natsSubscription_NextMsg(&found, state_->arrivals.get(), drain_max.count()) == NATS_OK) {
    const Message message{found};
    // ... and has time to forget that we waited for some.
    if (const auto queued = state_->arrived(found)) postpone(*queued, drain_max);
  }
  natsConnection_FlushTimeout(state_->connection.get(), drain_max.count());
}

}  // namespace chassis
