#include "client_reactor.h"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

namespace chassis {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t body_bytes_limit = 1024 * 1024;
constexpr std::size_t header_bytes_limit = 32 * 1024;
constexpr long connection_seconds = 5;  // so that new replicas get work
constexpr std::size_t idle_handles_max = 32;

struct Waiting {
  Transfer transfer;
  ClientReactor::Done done;
};

/// A transfer under way and everything libcurl points at.
struct Running {
  Transfer transfer;
  ClientReactor::Done done;
  TransferResult result;
  curl_slist* headers = nullptr;
  std::size_t header_bytes = 0;
  bool refused = false;  // we broke it off: too much came

  ~Running() { curl_slist_free_all(headers); }
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& running = *static_cast<Running*>(user);
  if (running.result.body.size() + size * count > body_bytes_limit) {
    running.refused = true;
    return 0;
  }
  running.result.body.append(bytes, size * count);
  return size * count;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& running = *static_cast<Running*>(user);
  const std::string_view line{bytes, size * count};
  running.header_bytes += line.size();
  if (running.header_bytes > header_bytes_limit) {
    running.refused = true;
    return 0;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
      value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' '))
      value.remove_suffix(1);
    running.result.headers.add(std::string{line.substr(0, colon)}, std::string{value});
  }
  return line.size();
}

void set_up(CURL* handle, Running& running, Steady::time_point now) {
  const auto& transfer = running.transfer;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(transfer.deadline - now).count();
  curl_easy_setopt(handle, CURLOPT_URL, transfer.url.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(handle, CURLOPT_MAXLIFETIME_CONN, connection_seconds);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, std::max<long>(left, 1));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &running);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &running);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, &running);
  if (transfer.method != Method::get) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, transfer.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(transfer.body.size()));
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, std::string{name(transfer.method)}.c_str());
  }
  for (const auto& header : transfer.headers)
    running.headers = curl_slist_append(running.headers, header.c_str());
  running.headers = curl_slist_append(running.headers, "Expect:");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, running.headers);
}

}  // namespace

struct ClientReactor::State {
  CURLM* multi = curl_multi_init();
  std::mutex mutex;
  std::multimap<Steady::time_point, Waiting> waiting;
  // The thread's alone:
  std::unordered_map<CURL*, std::unique_ptr<Running>> running;
  std::vector<CURL*> idle;
  std::thread thread;

  /// Starts what is due; returns how long until the next is.
  int start_due() {
    std::vector<Waiting> due;
    int wait_ms = 1000;
    const auto now = Steady::now();
    {
      const std::lock_guard lock{mutex};
      while (!waiting.empty() && waiting.begin()->first <= now) {
        due.push_back(std::move(waiting.begin()->second));
        waiting.erase(waiting.begin());
      }
      if (!waiting.empty()) {
        const auto next =
            std::chrono::duration_cast<std::chrono::milliseconds>(waiting.begin()->first - now);
        wait_ms = static_cast<int>(std::min<std::int64_t>(next.count() + 1, wait_ms));
      }
    }
    for (auto& one : due) begin(std::move(one), now);
    return wait_ms;
  }

  void begin(Waiting one, Steady::time_point now) {
    if (now >= one.transfer.deadline) {
      one.done({Outcome::timed_out, 0, {}, {}});
      return;
    }
    CURL* handle = idle.empty() ? curl_easy_init() : idle.back();
    if (!idle.empty()) idle.pop_back();
    auto made = std::make_unique<Running>();
    made->transfer = std::move(one.transfer);
    made->done = std::move(one.done);
    set_up(handle, *made, now);
    running[handle] = std::move(made);
    curl_multi_add_handle(multi, handle);
  }

  void finish(CURL* handle, CURLcode code) {
    auto done = std::move(running.at(handle));
    running.erase(handle);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(multi, handle);
    if (idle.size() < idle_handles_max) {
      curl_easy_reset(handle);
      idle.push_back(handle);
    } else {
      curl_easy_cleanup(handle);
    }
    done->result.status = static_cast<int>(status);
    done->result.outcome = code == CURLE_OK                                     ? Outcome::answered
                           : code == CURLE_OPERATION_TIMEDOUT && !done->refused ? Outcome::timed_out
                                                                                : Outcome::failed;
    done->done(std::move(done->result));
  }

  void run() {
    for (;;) {
      const int wait_ms = start_due();
      int active = 0;
      curl_multi_perform(multi, &active);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
      }
      curl_multi_poll(multi, nullptr, 0, wait_ms, nullptr);
    }
  }
};

ClientReactor::ClientReactor() : state_{std::make_unique<State>()} {
  state_->thread = std::thread{[this] { state_->run(); }};
  pthread_setname_np(state_->thread.native_handle(), "client");
}

ClientReactor& ClientReactor::shared() {
  static auto* const reactor = [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      throw std::runtime_error{"libcurl cannot start"};
    return new ClientReactor;  // never destroyed: calls may be under way while the process ends
  }();
  return *reactor;
}

void ClientReactor::start(Transfer transfer, Steady::time_point when, Done done) {
  {
    const std::lock_guard lock{state_->mutex};
    state_->waiting.emplace(when, Waiting{std::move(transfer), std::move(done)});
  }
  curl_multi_wakeup(state_->multi);
}

}  // namespace chassis
