#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "chassis/trace.h"

namespace chassis {

/// Until when an answer is of use to the one who asked.
using Deadline = std::chrono::steady_clock::time_point;

/// The caller as the gateway, or a peer with the installation's token, vouched for.
struct Caller {
  std::string user_id;  // a UUID
  std::string roles;    // separated by spaces

  bool has_role(std::string_view role) const;
};

/// On whose behalf this thread works at the moment. The request path sets it for a handler; the
/// database, the client and the log read it: queries are cancelled and calls given up when the
/// deadline passes, calls carry the trace and the caller on, log lines carry the trace id.
struct Context {
  Trace trace;
  Deadline deadline = Deadline::max();
  std::optional<Caller> caller;
  std::string guest_id;  // a UUID, or empty

  /// The current thread's; an empty one with a far deadline outside a request.
  static const Context& current();

  /// Milliseconds left until the deadline, not below zero; `most` when there is none.
  std::chrono::milliseconds left(std::chrono::milliseconds most) const;
};

/// Makes `context` current for this thread while it lives. Scopes nest.
class ContextScope {
 public:
  explicit ContextScope(const Context& context);
  ~ContextScope();
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;

 private:
  const Context* before_;
};

}  // namespace chassis
