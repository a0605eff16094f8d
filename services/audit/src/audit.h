#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

#include "chassis/clock.h"
#include "checks.h"
#include "report.h"

namespace audit {

/// Time, as an audit lives through it; tests have one of their own.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual chassis::Time now() const = 0;
  /// Returns after this long, measured by a clock that nobody sets. Throws Stopped when the
  /// service stops meanwhile.
  virtual void pause(std::chrono::milliseconds time) = 0;
  /// Since some moment, by the same clock.
  virtual std::chrono::milliseconds elapsed() const = 0;
};

/// The service stops; the audit under way ends without a result.
struct Stopped : std::exception {
  const char* what() const noexcept override { return "the audit was stopped"; }
};

/// How far an audit has come, for whoever watches from other threads.
struct Progress {
  std::atomic<std::int64_t> rows{0};      // seen in the first reading
  std::atomic<std::int64_t> suspects{0};  // that are looked at again
};

/// Rules that cannot be tried here, and why.
using Skipped = std::map<Rule, std::string>;

/// Reads all books once, then looks again at what breaks a rule, is not settled, or changed while
/// it was read, until none of that is left or `settle` is over. A row then breaks a rule when it
/// does so settled and unchanged over two looks; what is not settled or still changes is counted
/// as in flight. README.md says why that tells the truth under load. Throws Error{unavailable} when
/// a book cannot be read.
Report run_audit(const std::vector<std::unique_ptr<Check>>& checks, const Skipped& skipped,
                 std::chrono::milliseconds settle, Watch& watch, Progress& progress);

}  // namespace audit
