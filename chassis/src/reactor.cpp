#include "reactor.h"

#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "chassis/log.h"
#include "transfer.h"

namespace chassis {
namespace {

constexpr std::size_t spare_handles_max = 32;
constexpr long kept_connections_max = 64;
constexpr std::chrono::milliseconds rest_max{60'000};

struct MultiFree {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

std::unique_ptr<CURLM, MultiFree> new_multi() {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error{"libcurl cannot start"};
  std::unique_ptr<CURLM, MultiFree> multi{curl_multi_init()};
  if (!multi) throw std::bad_alloc{};
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, kept_connections_max);
  return multi;
}

}  // namespace

struct Reactor::State {
  // Shared between threads.
  std::mutex mutex;
  std::vector<Task> posted;
  bool stopping = false;

  // The reactor thread's own.
  std::unique_ptr<CURLM, MultiFree> multi = new_multi();
  std::uint64_t last_id = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Transfer>> transfers;
  std::unordered_map<const CURL*, std::uint64_t> ids;
  std::multimap<Deadline, Task> timers;
  std::vector<CurlHandle> spare;

  std::thread thread;

  void run() {
    while (!take_posted()) {
      run_timers();
      int running = 0;
      curl_multi_perform(multi.get(), &running);
      finish_transfers();
      curl_multi_poll(multi.get(), nullptr, 0, rest_ms(), nullptr);
    }
    while (!transfers.empty()) drop(transfers.begin()->first);
    timers.clear();
  }

  /// Runs what was posted; whether it is time to end.
  bool take_posted() {
    std::vector<Task> tasks;
    bool ending = false;
    {
      const std::lock_guard lock{mutex};
      tasks.swap(posted);
      ending = stopping;
    }
    for (auto& task : tasks) run(task);
    return ending;
  }

  void run_timers() {
    const auto now = std::chrono::steady_clock::now();
    while (!timers.empty() && timers.begin()->first <= now) {
      auto timer = timers.extract(timers.begin());
      run(timer.mapped());
    }
  }

  static void run(const Task& task) {
    try {
      task();
    } catch (const std::exception& problem) {
      log::error("a task of the client failed", {{"problem", problem.what()}});
    }
  }

  /// libcurl's own timers shorten this by themselves.
  int rest_ms() const {
    auto rest = rest_max;
    if (!timers.empty()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          timers.begin()->first - std::chrono::steady_clock::now());
      rest = std::clamp(left, std::chrono::milliseconds{0}, rest_max);
    }
    return static_cast<int>(rest.count());
  }

  void finish_transfers() {
    int queued = 0;
    while (const auto* message = curl_multi_info_read(multi.get(), &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto code = message->data.result;
      const auto id = ids.at(message->easy_handle);
      auto& transfer = *transfers.at(id);
      auto outcome = transfer.outcome(code);
      const auto done = transfer.take_done();
      drop(id);
      run([&] { done(std::move(outcome)); });
    }
  }

  void add(std::uint64_t id, std::unique_ptr<Transfer> transfer) {
    auto* const handle = transfer->handle();
    ids.emplace(handle, id);
    transfers.emplace(id, std::move(transfer));
    if (curl_multi_add_handle(multi.get(), handle) != CURLM_OK) {
      ids.erase(handle);
      transfers.erase(id);
      throw std::runtime_error{"libcurl refused a call"};
    }
  }

  void drop(std::uint64_t id) {
    const auto found = transfers.find(id);
    if (found == transfers.end()) return;
    auto transfer = std::move(found->second);
    transfers.erase(found);
    ids.erase(transfer->handle());
    curl_multi_remove_handle(multi.get(), transfer->handle());
    if (spare.size() < spare_handles_max) spare.push_back(transfer->take_handle());
  }

  CurlHandle take_spare() {
    if (!spare.empty()) {
      auto handle = std::move(spare.back());
      spare.pop_back();
      return handle;
    }
    CurlHandle handle{curl_easy_init()};
    if (!handle) throw std::bad_alloc{};
    return handle;
  }
};

std::shared_ptr<Reactor> Reactor::shared() {
  static std::mutex mutex;
  static std::weak_ptr<Reactor> running;
  const std::lock_guard lock{mutex};
  auto reactor = running.lock();
  if (!reactor) running = reactor = std::make_shared<Reactor>();
  return reactor;
}

Reactor::Reactor() : state_{std::make_unique<State>()} {
  state_->thread = std::thread{[state = state_.get()] { state->run(); }};
}

Reactor::~Reactor() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->stopping = true;
  }
  curl_multi_wakeup(state_->multi.get());
  state_->thread.join();
}

void Reactor::post(Task task) {
  {
    const std::lock_guard lock{state_->mutex};
    state_->posted.push_back(std::move(task));
  }
  curl_multi_wakeup(state_->multi.get());
}

std::uint64_t Reactor::send(Exchange exchange, Done done) {
  auto transfer =
      std::make_unique<Transfer>(state_->take_spare(), std::move(exchange), std::move(done));
  const auto id = ++state_->last_id;
  state_->add(id, std::move(transfer));
  return id;
}

void Reactor::cancel(std::uint64_t exchange) { state_->drop(exchange); }

void Reactor::at(Deadline when, Task task) { state_->timers.emplace(when, std::move(task)); }

}  // namespace chassis
