#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "chassis/client.h"
#include "chassis/error.h"
#include "chassis/testing/metrics.h"
#include "raw_server.h"

namespace chassis {

using testing::http_answer;
using testing::RawServer;
using Connection = RawServer::Connection;

inline constexpr auto token = "the token of this installation";
inline constexpr std::chrono::milliseconds long_enough{20'000};

inline RawServer::Serve always(std::string answer) {
  return [answer = std::move(answer)](Connection& connection, const std::string&, int) {
    connection.send(answer);
  };
}

inline int tests_run = 0;

/// A name of its own for each run of a test, so that its metrics start at nothing.
inline std::string peer_name() { return "peer-" + std::to_string(tests_run); }

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { ++tests_run; }

  RawServer& serve(RawServer::Serve serve) {
    server_ = std::make_unique<RawServer>(std::move(serve));
    client_ = std::make_unique<Client>(peer_name(), server_->url(), token);
    return *server_;
  }
  Client& client() { return *client_; }

  Reply get(std::chrono::milliseconds timeout = long_enough) {
    return client_->call({.method = Method::get, .path = "/tea", .timeout = timeout});
  }
  Reply post(Headers headers = {}) {
    return client_->call({.method = Method::post,
                          .path = "/tea",
                          .body = "{}",
                          .headers = std::move(headers),
                          .timeout = long_enough});
  }
  /// The code of the Error that `call` throws.
  template <typename Call>
  ErrorCode code_of(Call&& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.code();
    }
    throw std::logic_error{"no Error was thrown"};
  }

  std::unique_ptr<RawServer> server_;
  std::unique_ptr<Client> client_;  // gone first
};

inline double series(const std::string& start) { return testing::metric(start).value_or(0); }

inline double calls_measured(const std::string& status) {
  return series("http_client_request_duration_seconds_count{peer=\"" + peer_name() +
                "\",status=\"" + status + "\"}");
}

inline double breaker_state() {
  return series("http_client_breaker_state{peer=\"" + peer_name() + "\"}");
}

inline double retries() {
  return series("http_client_retries_total{peer=\"" + peer_name() + "\"}");
}

}  // namespace chassis
