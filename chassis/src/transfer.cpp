#include "transfer.h"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace chassis {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t body_max = std::size_t{1} << 20;
constexpr std::size_t headers_bytes_max = 32 * 1024;
constexpr std::size_t headers_max = 100;
/// A lost SYN is sent again after a second; trying another connection is quicker.
constexpr milliseconds connect_max{500};
constexpr long connection_life_s = 5;

/// libcurl refuses an option only when it was built without it or memory is short.
template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  if (curl_easy_setopt(handle, option, value) != CURLE_OK) {
    throw std::runtime_error{"libcurl refused an option"};
  }
}

void add(std::unique_ptr<curl_slist, CurlFree>& list, const std::string& line) {
  auto* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc{};
  static_cast<void>(list.release());
  list.reset(longer);
}

long whole_ms(Deadline deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  // Zero would mean "no limit" to libcurl.
  return static_cast<long>(
      std::max<std::int64_t>(1, std::chrono::ceil<milliseconds>(left).count()));
}

std::string_view trimmed(std::string_view text) {
  constexpr auto blank = " \t\r\n";
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

Outcome::Kind kind_of(CURLcode code, bool connected, Deadline deadline) {
  switch (code) {
    case CURLE_OK: return Outcome::Kind::answered;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return Outcome::Kind::unreachable;
    case CURLE_OPERATION_TIMEDOUT:
      // libcurl has one code for both of its limits.
      return !connected && std::chrono::steady_clock::now() < deadline - milliseconds{5}
                 ? Outcome::Kind::unreachable
                 : Outcome::Kind::timeout;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE: return Outcome::Kind::broken;
    default: return Outcome::Kind::refused;
  }
}

}  // namespace

Transfer::Transfer(CurlHandle handle, Exchange exchange, Reactor::Done done)
    : handle_{std::move(handle)}, exchange_{std::move(exchange)}, done_{std::move(done)} {
  auto* const curl = handle_.get();
  set(curl, CURLOPT_URL, exchange_.url.c_str());
  set(curl, CURLOPT_PATH_AS_IS, 1L);
  set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(curl, CURLOPT_PROXY, "");  // none, whatever the environment says
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_QUICK_EXIT, 1L);  // giving up must not wait for a slow name server
  set(curl, CURLOPT_DNS_CACHE_TIMEOUT, connection_life_s);
  set(curl, CURLOPT_MAXLIFETIME_CONN, connection_life_s);
  set(curl, CURLOPT_FRESH_CONNECT, exchange_.new_connection ? 1L : 0L);
  set(curl, CURLOPT_ERRORBUFFER, error_);
  set(curl, CURLOPT_PRIVATE, static_cast<void*>(this));
  set_method();
  set_headers();
  set_address();
  set_limits();
}

void Transfer::set_method() {
  auto* const curl = handle_.get();
  const auto sends = exchange_.method == Method::post || exchange_.method == Method::put ||
                     exchange_.method == Method::patch || !exchange_.body.empty();
  if (sends) {
    set(curl, CURLOPT_POST, 1L);
    set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange_.body.size()));
    set(curl, CURLOPT_POSTFIELDS, exchange_.body.data());
  }
  if (exchange_.method != (sends ? Method::post : Method::get)) {
    set(curl, CURLOPT_CUSTOMREQUEST, std::string{name(exchange_.method)}.c_str());
  }
}

void Transfer::set_headers() {
  add(headers_, "Expect:");  // none: it costs a round trip
  for (const auto& line : exchange_.headers) add(headers_, line);
  set(handle_.get(), CURLOPT_HTTPHEADER, headers_.get());
}

/// Kept connections are then told apart by it as well.
void Transfer::set_address() {
  if (exchange_.address.empty()) return;
  add(address_, "::" + exchange_.address + ":");
  set(handle_.get(), CURLOPT_CONNECT_TO, address_.get());
}

void Transfer::set_limits() {
  auto* const curl = handle_.get();
  const auto left = whole_ms(exchange_.deadline);
  set(curl, CURLOPT_TIMEOUT_MS, left);
  set(curl, CURLOPT_CONNECTTIMEOUT_MS, std::min(left, static_cast<long>(connect_max.count())));
  set(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(body_max));
  set(curl, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(curl, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(curl, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(curl, CURLOPT_WRITEDATA, static_cast<void*>(this));
}

// An exception must not pass through libcurl: anything but the full count ends the transfer.
std::size_t Transfer::on_header(char* text, std::size_t size, std::size_t count,
                                void* transfer) try {
  auto& self = *static_cast<Transfer*>(transfer);
  const auto accepted = self.add_header({text, size * count});
  self.too_much_ = !accepted;
  return accepted ? size * count : 0;
} catch (...) {
  return 0;
}

std::size_t Transfer::on_body(char* text, std::size_t size, std::size_t count, void* transfer) try {
  auto& self = *static_cast<Transfer*>(transfer);
  self.too_much_ = size * count > body_max - self.reply_.body.size();
  if (self.too_much_) return 0;
  self.reply_.body.append(text, size * count);
  return size * count;
} catch (...) {
  return 0;
}

bool Transfer::add_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > headers_bytes_max) return false;
  if (line.starts_with("HTTP/")) {  // the start of an answer, perhaps after a 100 Continue
    reply_.headers = {};
    return true;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  if (reply_.headers.list().size() == headers_max) return false;
  reply_.headers.add(std::string{trimmed(line.substr(0, colon))},
                     std::string{trimmed(line.substr(colon + 1))});
  return true;
}

Outcome Transfer::outcome(CURLcode code) {
  long status = 0;
  curl_off_t connected_us = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle_.get(), CURLINFO_CONNECT_TIME_T, &connected_us);
  Outcome outcome;
  outcome.kind = kind_of(code, connected_us > 0, exchange_.deadline);
  if (outcome.kind == Outcome::Kind::answered) {
    reply_.status = static_cast<int>(status);
    outcome.reply = std::move(reply_);
  } else if (too_much_) {
    outcome.problem = "the answer is too large";
  } else {
    outcome.problem = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  }
  return outcome;
}

CurlHandle Transfer::take_handle() {
  curl_easy_reset(handle_.get());
  return std::move(handle_);
}

}  // namespace chassis
