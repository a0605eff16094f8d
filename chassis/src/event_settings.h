#pragma once

#include <chrono>
#include <string>

namespace chassis {

struct EventSettings {
  std::string service;
  std::string nats_url;  // may hold credentials: never logged
  std::chrono::hours keep{168};
  std::chrono::milliseconds retry{1'000};  // the pause after a first failure
  std::chrono::milliseconds look{5'000};   // how often the stream is looked at
  int workers = 2;                         // threads that consume
};

}  // namespace chassis
