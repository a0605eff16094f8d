#include "chassis/cache.h"

#include <future>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "chassis/context.h"
#include "chassis/error.h"
#include "chassis/listener.h"
#include "chassis/metrics.h"

namespace chassis {
namespace {

using Text = std::shared_ptr<const std::string>;

constexpr std::size_t entry_bytes = 128;  // what an entry takes besides its texts, roughly

/// A load under way, for all who want its result.
struct Flight {
  std::promise<Text> promise;
  std::shared_future<Text> landing = promise.get_future().share();
};

struct Entry {
  std::string key;
  Text text;

  std::size_t bytes() const { return key.size() + text->size() + entry_bytes; }
};

Text wait(const std::shared_future<Text>& landing) {
  const auto deadline = Context::current().deadline;
  if (deadline != Deadline::max() && landing.wait_until(deadline) != std::future_status::ready) {
    throw Error{ErrorCode::timeout, "the answer was not ready in time"};
  }
  return landing.get();
}

}  // namespace

struct Cache::State {
  State(const std::string& name, std::size_t most, const Listener& l)
      : bytes_max{most},
        listener{l},
        hits{counter("cache_hits_total", "Answers from the cache.", {{"cache", name}})},
        misses{counter("cache_misses_total", "Answers that had to be loaded.", {{"cache", name}})},
        size{gauge("cache_bytes", "Memory held, in bytes.", {{"cache", name}})} {
    size.set(0);
  }

  const std::size_t bytes_max;
  const Listener& listener;
  const Counter hits;
  const Counter misses;
  const Gauge size;

  std::mutex mutex;
  std::list<Entry> entries;  // used last first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index;
  std::size_t bytes = 0;
  /// A flight that a change overtook is taken out: what it brings is not kept, and who asks after
  /// the change starts another.
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights;

  // All below with the mutex held.

  Text find(const std::string& key) {
    const auto found = index.find(key);
    if (found == index.end()) return nullptr;
    entries.splice(entries.begin(), entries, found->second);
    return found->second->text;
  }

  void keep(const std::string& key, const Text& text) {
    erase(key);
    Entry entry{key, text};
    if (!listener.connected() || entry.bytes() > bytes_max) return;
    entries.push_front(std::move(entry));
    index.emplace(entries.front().key, entries.begin());
    bytes += entries.front().bytes();
    while (bytes > bytes_max) erase(std::string_view{entries.back().key});
    size.set(static_cast<double>(bytes));
  }

  void erase(std::string_view key) {
    const auto found = index.find(key);
    if (found == index.end()) return;
    const auto entry = found->second;
    index.erase(found);
    bytes -= entry->bytes();
    entries.erase(entry);
    size.set(static_cast<double>(bytes));
  }

  /// Whether the flight was not overtaken; it is over in any case.
  bool land(const std::string& key, const std::shared_ptr<Flight>& flight) {
    const auto found = flights.find(key);
    if (found == flights.end() || found->second != flight) return false;
    flights.erase(found);
    return true;
  }

  // These take the mutex.

  void forget(const std::string& key) {
    const std::lock_guard lock{mutex};
    erase(key);
    flights.erase(key);
  }

  void clear() {
    const std::lock_guard lock{mutex};
    index.clear();
    entries.clear();
    flights.clear();
    bytes = 0;
    size.set(0);
  }

  Text load(const std::string& key, const std::shared_ptr<Flight>& flight,
            const std::function<std::string()>& loader) {
    try {
      auto text = std::make_shared<const std::string>(loader());
      {
        const std::lock_guard lock{mutex};
        if (land(key, flight)) keep(key, text);
      }
      flight->promise.set_value(text);
      return text;
    } catch (...) {
      {
        const std::lock_guard lock{mutex};
        land(key, flight);
      }
      flight->promise.set_exception(std::current_exception());
      throw;
    }
  }
};

Cache::Cache(const std::string& name, std::size_t bytes_max, Listener& listener,
             const std::string& channel)
    : state_{std::make_shared<State>(name, bytes_max, listener)} {
  listener.on(channel, [weak = std::weak_ptr{state_}](const std::string& key, bool gap) {
    const auto state = weak.lock();
    if (!state) return;
    if (gap || key.empty()) {
      state->clear();
    } else {
      state->forget(key);
    }
  });
}

Cache::~Cache() = default;

std::optional<std::string> Cache::peek(const std::string& key) {
  Text text;
  {
    const std::lock_guard lock{state_->mutex};
    text = state_->find(key);
  }
  // A miss is counted by the get() that follows it.
  if (!text) return std::nullopt;
  state_->hits.add();
  return *text;
}

std::string Cache::get(const std::string& key, const std::function<std::string()>& load) {
  Text text;
  std::shared_ptr<Flight> own;
  std::shared_future<Text> others;
  {
    const std::lock_guard lock{state_->mutex};
    text = state_->find(key);
    if (!text) {
      auto& flight = state_->flights[key];
      if (!flight) flight = own = std::make_shared<Flight>();
      others = flight->landing;
    }
  }
  if (text) {
    state_->hits.add();
    return *text;
  }
  state_->misses.add();
  return own ? *state_->load(key, own, load) : *wait(others);
}

void Cache::forget(const std::string& key) { state_->forget(key); }

void Cache::clear() { state_->clear(); }

}  // namespace chassis
