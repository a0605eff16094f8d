#include "transport.h"

#include <netinet/in.h>
#include <pistache/endpoint.h>
#include <pistache/peer.h>
#include <pistache/transport.h>
#include <sys/socket.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "chassis/metrics.h"
#include "wire.h"

// The only file that knows Pistache. Its defects, which this file guards against, are numbered as
// in chassis/README.md.

namespace chassis {
namespace {

namespace Http = Pistache::Http;
namespace Tcp = Pistache::Tcp;

constexpr int send_buffer_bytes = 256 * 1024;                          // hazard 3
constexpr std::size_t head_bytes_max = 16 * 1024;                      // request line and headers
constexpr std::size_t request_bytes_max = head_bytes_max + 96 * 1024;  // an avatar is the largest
constexpr const char* connection_data = "serai";

struct Callbacks {
  Transport::Receive receive;
  Transport::Refused refused;
};

/// One client's connection, shared by its event loop and the worker that answers it (hazard 1).
/// The descriptor may be used only under the mutex and while the connection lives: Pistache closes
/// it after `dead` was set, and its number may then belong to another client.
class Socket final : public Connection {
 public:
  explicit Socket(const std::shared_ptr<Tcp::Peer>& peer) : peer_{peer} {}

  /// Whether bytes that came in may be taken now. When a request is under way they are a pipelined
  /// one: they are dropped, and the answer under way becomes the last (hazard 10).
  bool may_take() {
    const std::lock_guard lock{mutex_};
    if (busy_) closing_ = true;
    return !closing_;
  }

  void begin() override {
    const std::lock_guard lock{mutex_};
    busy_ = true;
  }

  /// The next answer is the last.
  void close_next() {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }

  void lose() {
    const std::lock_guard lock{mutex_};
    dead_ = true;
  }

  /// Sends the answer and lets the next request in, in one step: the client may be faster than us.
  void answer(const Response& response, bool head, bool close) override {
    const std::lock_guard lock{mutex_};
    closing_ = closing_ || close;
    busy_ = false;
    send(wire_text(response, head, closing_));
  }

  HeadScanner scanner;  // the event loop's alone

 private:
  /// Writes past Pistache's own queue, which keeps answers by descriptor number (hazard 1) and
  /// spins while a client does not read (hazard 3). The send buffer takes every answer whole unless
  /// the client has left earlier ones unread; such a client is cut off.
  void send(const std::string& bytes) {
    const auto alive = dead_ ? nullptr : peer_.lock();
    if (alive == nullptr) return;
    const auto sent = ::send(alive->fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) {
      if (closing_) ::shutdown(alive->fd(), SHUT_WR);
    } else if (sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK) {
      static const auto cut = counter("http_server_connections_cut_total",
                                      "Clients cut off for not reading their answers");
      cut.add();
      closing_ = true;
      ::shutdown(alive->fd(), SHUT_RDWR);
    }  // else the client is gone, and Pistache will tell
  }

  std::mutex mutex_;
  bool dead_ = false;
  bool busy_ = false;
  bool closing_ = false;
  std::weak_ptr<Tcp::Peer> peer_;
};

std::optional<Method> method_of(Http::Method method) {
  switch (method) {
    case Http::Method::Get:
    case Http::Method::Head: return Method::get;
    case Http::Method::Post: return Method::post;
    case Http::Method::Put: return Method::put;
    case Http::Method::Patch: return Method::patch;
    case Http::Method::Delete: return Method::del;
    default: return std::nullopt;
  }
}

/// Text of a raw header; Pistache keeps the first of several with one name.
Headers headers_of(const Http::Request& in) {
  Headers headers;
  for (const auto& [name, raw] : in.headers().rawList()) headers.add(name, raw.value());
  return headers;
}

bool last_of_its_connection(const Http::Request& in) {
  const auto control = in.headers().tryGet<Http::Header::Connection>();
  if (in.version() == Http::Version::Http10) {
    return control == nullptr || control->control() != Http::ConnectionControl::KeepAlive;
  }
  return control != nullptr && control->control() == Http::ConnectionControl::Close;
}

Incoming incoming(const Http::Request& in, std::string_view query) {
  return {method_of(in.method()),
          in.method() == Http::Method::Head,
          in.method() == Http::Method::Options,
          last_of_its_connection(in),
          in.resource(),
          std::string{query},
          headers_of(in),
          in.body()};
}

/// Pistache's view of a client, one for each event loop. Takes the bytes itself instead of leaving
/// it to Http::Handler::onInput, which would answer with exceptions' texts (hazard 5), add
/// "Connection: Close" (hazard 2), and lose pipelined requests (hazard 10).
class PistacheHandler final : public Http::Handler {
  HTTP_PROTOTYPE(PistacheHandler)

 public:
  explicit PistacheHandler(const Callbacks* callbacks) : callbacks_{callbacks} {}

  void onRequest(const Http::Request& /*request*/, Http::ResponseWriter /*response*/) override {}

  void onConnection(const std::shared_ptr<Tcp::Peer>& peer) override {
    setsockopt(peer->fd(), SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
    peer->putData(ParserData, std::make_shared<Http::RequestParser>(getMaxRequestSize()));
    peer->putData(connection_data, std::make_shared<Socket>(peer));
    peer->setIdle(true);
  }

  void onDisconnection(const std::shared_ptr<Tcp::Peer>& peer) override {
    if (const auto connection = connection_of(peer)) connection->lose();
    // What Pistache itself queued (its 408) must not wait for the next owner of the number.
    transport()->flush();
  }

  void onInput(const char* bytes, std::size_t length,
               const std::shared_ptr<Tcp::Peer>& peer) override {
    const auto connection = connection_of(peer);
    if (connection == nullptr || !connection->may_take()) return;
    try {
      take(bytes, length, peer, connection);
    } catch (const Http::HttpError& error) {
      const bool large = error.code() == static_cast<int>(Http::Code::Request_Entity_Too_Large);
      refuse(*connection, large ? Error{ErrorCode::too_large, "the request is too large"}
                                : Error{ErrorCode::invalid, "the request is not well-formed HTTP"});
    } catch (const Error& error) {
      refuse(*connection, error);
    } catch (...) {
      refuse(*connection, Error{ErrorCode::invalid, "the request is not well-formed HTTP"});
    }
  }

 private:
  static std::shared_ptr<Socket> connection_of(const std::shared_ptr<Tcp::Peer>& peer) {
    return std::static_pointer_cast<Socket>(peer->tryGetData(connection_data));
  }

  void take(const char* bytes, std::size_t length, const std::shared_ptr<Tcp::Peer>& peer,
            const std::shared_ptr<Socket>& connection) {
    const auto parser = getParser(peer);
    auto& scanner = connection->scanner;
    scanner.feed({bytes, length});
    if ((scanner.head_bytes() == 0 ? scanner.bytes() : scanner.head_bytes()) > head_bytes_max ||
        !parser->feed(bytes, length)) {
      throw Error{ErrorCode::too_large, "the request is too large"};
    }
    peer->setIdle(false);
    const auto progress = parser->parse();
    const auto& in = parser->request;
    if (in.headers().rawList().find("Transfer-Encoding") != in.headers().rawList().end()) {
      throw Error{ErrorCode::length_required, "send the body with Content-Length"};
    }
    if (progress != Http::Private::State::Done) {
      const bool head_came = scanner.head_bytes() != 0;
      if (head_came && parser->step()->id() != Http::Private::BodyStep::Id) {
        throw Error{ErrorCode::invalid, "the request is not well-formed HTTP"};
      }
      return;
    }
    check_length(in);
    // The end that was found must be the end that the parser saw: anything behind it is another
    // request, or an attempt to smuggle one.
    if (scanner.head_bytes() + in.body().size() != scanner.bytes()) connection->close_next();
    peer->setIdle(true);
    callbacks_->receive(connection, incoming(in, scanner.query()));
    scanner.reset();
    parser->reset();
  }

  /// Pistache takes a Content-Length that is no number for 0.
  static void check_length(const Http::Request& in) {
    const auto& headers = in.headers().rawList();
    const auto length = headers.find("Content-Length");
    if (length == headers.end()) return;
    const auto text = length->second.value();
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
      throw Error{ErrorCode::invalid, "Content-Length is not a number"};
    }
  }

  /// Answers what cannot be understood. The rest of the connection cannot be trusted: it closes.
  void refuse(Socket& connection, const Error& error) {
    callbacks_->refused(http_status(error.code()));
    connection.answer(problem(error, Trace::from_header("")), false, true);
  }

  const Callbacks* callbacks_;
};

}  // namespace

struct Transport::State {
  TransportSettings settings;
  Callbacks callbacks;
  std::unique_ptr<Http::Endpoint> endpoint;
  std::atomic<bool> stopped{false};
};

Transport::Transport(TransportSettings settings, Receive receive, Refused refused)
    : state_{std::make_unique<State>()} {
  state_->settings = std::move(settings);
  state_->callbacks = {std::move(receive), std::move(refused)};
}

Transport::~Transport() { stop(); }

void Transport::start() {
  const auto& settings = state_->settings;
  const auto listen = [&](const std::string& host) {
    state_->endpoint =
        std::make_unique<Http::Endpoint>(Pistache::Address{host, Pistache::Port{settings.port}});
    // Pistache's own time-outs count from the first byte and would close a connection whose
    // handler is still at work (hazard 6).
    const auto patience = settings.deadline + std::chrono::seconds{10};
    state_->endpoint->init(
        Http::Endpoint::options()
            .threads(settings.event_loops)
            .threadsName("event-loop")
            .backlog(1024)
            .maxRequestSize(request_bytes_max)
            .headerTimeout(patience)
            .bodyTimeout(patience)
            .keepaliveTimeout(patience + std::chrono::seconds{120})
            .flags(Tcp::Options::ReuseAddr | Tcp::Options::NoDelay | Tcp::Options::CloseOnExec));
    state_->endpoint->setHandler(std::make_shared<PistacheHandler>(&state_->callbacks));
    state_->endpoint->serveThreaded();
  };
  try {
    listen(settings.host);
  } catch (const std::exception& error) {
    if (settings.host != "[::]")
      throw std::runtime_error{"cannot listen on " + settings.host + ": " + error.what()};
    listen("0.0.0.0");  // a machine without IPv6
  }
}

std::uint16_t Transport::port() const {
  return static_cast<std::uint16_t>(state_->endpoint->getPort());
}

void Transport::stop() {
  if (state_->endpoint == nullptr || state_->stopped.exchange(true)) return;
  state_->endpoint->shutdown();
}

}  // namespace chassis
