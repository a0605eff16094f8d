#include "replicas.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace chassis {
namespace {

bool is_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return host.starts_with('[') || ::inet_pton(AF_INET, host.c_str(), bytes) == 1;
}

/// Of a URL as Config::url() takes it.
std::string host_of(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return {};
  const auto begin = scheme + 3;
  return url.substr(begin, url.find_first_of(url[begin] == '[' ? "/" : ":/", begin) - begin);
}

/// All addresses of the host, of the family that the system prefers for it.
std::optional<std::vector<std::string>> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (problem == EAI_NONAME || problem == EAI_NODATA) return std::vector<std::string>{};
  if (problem != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned{list, &::freeaddrinfo};
  std::vector<std::string> found;
  for (const auto* one = list; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (one->ai_family != list->ai_family ||
        ::getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0,
                      NI_NUMERICHOST) != 0) {
      continue;
    }
    found.push_back(one->ai_family == AF_INET6 ? "[" + std::string{text} + "]" : text);
  }
  return found;
}

}  // namespace

struct Replicas::State {
  std::mutex mutex;
  std::condition_variable ending;
  bool ended = false;
  std::vector<std::string> addresses;
  std::map<std::string, Time> resting;  // until when
  std::size_t turn = 0;

  void keep_looking(const LookUp& look_up) {
    std::unique_lock lock{mutex};
    while (!ended) {
      lock.unlock();
      auto found = look_up();
      lock.lock();
      if (found) take(std::move(*found));
      ending.wait_for(lock, look_up_period, [this] { return ended; });
    }
  }

  void take(std::vector<std::string> found) {
    std::sort(found.begin(), found.end());
    addresses = std::move(found);
    std::erase_if(resting, [&](const auto& one) {
      return !std::binary_search(addresses.begin(), addresses.end(), one.first);
    });
  }

  bool rests(const std::string& address, Time now) const {
    const auto found = resting.find(address);
    return found != resting.end() && now < found->second;
  }
};

std::unique_ptr<Replicas> Replicas::of(const std::string& url) {
  const auto host = host_of(url);
  if (host.empty() || is_address(host)) return nullptr;
  return std::make_unique<Replicas>([host] { return look_up(host); });
}

// Detached, since a look-up may wait long for its name server, and whoever ends must not.
Replicas::Replicas(LookUp look_up) : state_{std::make_shared<State>()} {
  std::thread{[state = state_, look_up = std::move(look_up)] {
    state->keep_looking(look_up);
  }}.detach();
}

Replicas::~Replicas() {
  const std::lock_guard lock{state_->mutex};
  state_->ended = true;
  state_->ending.notify_all();
}

std::string Replicas::next(Time now) {
  auto& state = *state_;
  const std::lock_guard lock{state.mutex};
  const auto count = state.addresses.size();
  if (count == 0) return {};
  for (std::size_t tried = 0; tried < count; ++tried) {
    const auto& address = state.addresses[state.turn++ % count];
    if (!state.rests(address, now)) return address;
  }
  return state.addresses[state.turn++ % count];
}

void Replicas::failed(const std::string& address, Time now) {
  const std::lock_guard lock{state_->mutex};
  state_->resting[address] = now + rest;
}

}  // namespace chassis
