#include "chassis/cache.h"

#include <exception>
#include <future>
#include <iterator>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "chassis/listener.h"
#include "chassis/metrics.h"

namespace chassis {
namespace {

constexpr std::size_t entry_overhead_bytes = 128;  // list and map nodes, roughly

struct Entry {
  std::string key;
  std::string value;

  std::size_t bytes() const { return key.size() + value.size() + entry_overhead_bytes; }
};

/// One load that several threads may wait for.
struct Flight {
  std::promise<std::string> promise;
  std::shared_future<std::string> result = promise.get_future().share();
  bool overtaken = false;  // the key changed while it was loaded
};

}  // namespace

struct Cache::State {
  State(const std::string& name, std::size_t most, Listener& listener)
      : bytes_max{most},
        source{listener},
        hits{counter("cache_hits_total", "Reads answered from memory", {{"cache", name}})},
        misses{counter("cache_misses_total", "Reads that had to load", {{"cache", name}})},
        held{gauge("cache_bytes", "Bytes in the cache", {{"cache", name}})} {}

  const std::size_t bytes_max;
  Listener& source;
  const Counter hits;
  const Counter misses;
  const Gauge held;

  std::mutex mutex;
  std::list<Entry> entries;  // the latest used first
  std::unordered_map<std::string, std::list<Entry>::iterator> places;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
  std::size_t bytes = 0;

  // All of these are called under the mutex.

  const std::string* find(const std::string& key) {
    const auto place = places.find(key);
    if (place == places.end()) return nullptr;
    entries.splice(entries.begin(), entries, place->second);
    return &place->second->value;
  }

  void drop(std::list<Entry>::iterator entry) {
    bytes -= entry->bytes();
    places.erase(entry->key);
    entries.erase(entry);
  }

  void keep(const std::string& key, const std::string& value) {
    Entry entry{key, value};
    if (entry.bytes() > bytes_max) return;
    if (const auto place = places.find(key); place != places.end()) drop(place->second);
    bytes += entry.bytes();
    entries.push_front(std::move(entry));
    places[key] = entries.begin();
    while (bytes > bytes_max) drop(std::prev(entries.end()));
    held.set(static_cast<double>(bytes));
  }

  void forget(const std::string& key) {
    if (const auto place = places.find(key); place != places.end()) drop(place->second);
    if (const auto flight = flights.find(key); flight != flights.end()) {
      flight->second->overtaken = true;
      flights.erase(flight);  // who asks from now on must see the change
    }
    held.set(static_cast<double>(bytes));
  }

  void clear() {
    entries.clear();
    places.clear();
    bytes = 0;
    for (const auto& [key, flight] : flights) flight->overtaken = true;
    flights.clear();
    held.set(0);
  }

  void land(const std::string& key, const std::shared_ptr<Flight>& flight) {
    const auto place = flights.find(key);
    if (place != flights.end() && place->second == flight) flights.erase(place);
  }
};

Cache::Cache(std::string name, std::size_t bytes_max, Listener& listener,
             const std::string& channel)
    : state_{std::make_shared<State>(name, bytes_max, listener)} {
  listener.on(channel, [state = state_](const std::string& key, bool gap) {
    const std::lock_guard lock{state->mutex};
    if (gap || key.empty()) {
      state->clear();
    } else {
      state->forget(key);
    }
  });
}

Cache::~Cache() = default;

std::optional<std::string> Cache::peek(const std::string& key) {
  const std::lock_guard lock{state_->mutex};
  const auto* value = state_->find(key);
  if (value == nullptr) return std::nullopt;
  state_->hits.add();
  return *value;
}

std::string Cache::get(const std::string& key, const std::function<std::string()>& load) {
  std::unique_lock lock{state_->mutex};
  if (const auto* value = state_->find(key)) {
    state_->hits.add();
    return *value;
  }
  state_->misses.add();
  if (const auto under_way = state_->flights.find(key); under_way != state_->flights.end()) {
    const auto result = under_way->second->result;
    lock.unlock();
    return result.get();
  }
  const auto flight = std::make_shared<Flight>();
  state_->flights[key] = flight;
  lock.unlock();
  try {
    auto value = load();
    lock.lock();
    state_->land(key, flight);
    if (!flight->overtaken && state_->source.connected()) state_->keep(key, value);
    lock.unlock();
    flight->promise.set_value(value);
    return value;
  } catch (...) {
    if (!lock.owns_lock()) lock.lock();
    state_->land(key, flight);
    lock.unlock();
    flight->promise.set_exception(std::current_exception());
    throw;
  }
}

void Cache::forget(const std::string& key) {
  const std::lock_guard lock{state_->mutex};
  state_->forget(key);
}

void Cache::clear() {
  const std::lock_guard lock{state_->mutex};
  state_->clear();
}

}  // namespace chassis
