#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace chassis {

class Listener;

/// A bounded cache of texts by key (least recently used go first), kept right across replicas by
/// NOTIFY on `channel`: a payload names the key that changed, an empty payload means all of them.
/// Let a trigger send it, so that no writer can forget. While the listener is not connected the
/// cache holds nothing. After a commit elsewhere, a stale answer is possible only until the
/// notification arrives; the writer's own replica calls forget() and reads its own writes.
class Cache {
 public:
  /// `name` labels cache_*_total metrics. `bytes_max` bounds keys and values together, each entry
  /// counting 128 more for its place.
  Cache(const std::string& name, std::size_t bytes_max, Listener& listener,
        const std::string& channel);
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  /// What is cached now. Never blocks on a load; for FastHandler.
  std::optional<std::string> peek(const std::string& key);

  /// The cached text, or what `load` returns, which is then cached. Threads that ask for one key
  /// at the same time share one load (and its exception). A load that a change overtook is given
  /// to those who waited for it and not kept.
  std::string get(const std::string& key, const std::function<std::string()>& load);

  void forget(const std::string& key);
  void clear();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace chassis
