#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chassis/http.h"

namespace chassis {

/// One HTTP exchange as libcurl makes it: one attempt, no retries.
struct Transfer {
  Method method = Method::get;
  std::string url;
  std::string body;
  std::vector<std::string> headers;  // "Name: value"
  std::chrono::steady_clock::time_point deadline;
};

enum class Outcome { answered, timed_out, failed };

struct TransferResult {
  Outcome outcome = Outcome::failed;
  int status = 0;
  std::string body;
  Headers headers;
};

/// The one thread that speaks to peers: all transfers of the process side by side over libcurl's
/// multi interface, with connections kept alive for at most 5 s.
class ClientReactor {
 public:
  using Done = std::function<void(TransferResult)>;

  /// The process's reactor: its thread starts with the first use and ends with the process.
  static ClientReactor& shared();

  /// Makes the transfer at `when` or as soon after as possible, and calls `done` in the reactor's
  /// thread, whatever happens.
  void start(Transfer transfer, std::chrono::steady_clock::time_point when, Done done);

 private:
  ClientReactor();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chassis
