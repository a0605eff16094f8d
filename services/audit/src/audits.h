#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "audit.h"
#include "report.h"

namespace audit {

enum class AuditState { waiting, running, done, failed };

/// An audit, as it is at the moment.
struct AuditView {
  std::string id;
  AuditState state = AuditState::waiting;
  chassis::Time asked_at;
  std::int64_t settle_ms = 0;
  std::int64_t rows = 0;      // read so far
  std::int64_t suspects = 0;  // looked at again at the moment
  std::string problem;        // why it failed
  std::optional<Report> report;
};

/// The audits of this process, one after the other in a thread of their own; the last few are kept.
/// Tells the metrics what each found.
class Audits {
 public:
  /// Makes one audit; throws when it cannot be made, Stopped when `stop` says so.
  using Run = std::function<Report(std::chrono::milliseconds settle, Progress& progress,
                                   const std::stop_token& stop)>;

  explicit Audits(Run run);
  /// Ends the one under way.
  ~Audits();
  Audits(const Audits&) = delete;
  Audits& operator=(const Audits&) = delete;

  /// An audit that begins after this call, so that it sees all that was before; whoever asks while
  /// it waits for the one under way gets the same, with the longer time to settle.
  AuditView ask(std::chrono::milliseconds settle);

  /// Nothing when there is none, or it is kept no longer.
  std::optional<AuditView> find(const std::string& id) const;
  /// The last one that was made.
  std::optional<AuditView> latest() const;

 private:
  struct One {
    AuditView view;
    Progress progress;
  };

  static AuditView view_of(const One& one);
  void work(const std::stop_token& stop);
  void make(One& one, const std::stop_token& stop);
  void end(One& one, AuditState state, const std::string& problem, std::optional<Report> report);

  Run run_;
  mutable std::mutex mutex_;
  std::condition_variable_any asked_;
  std::deque<std::shared_ptr<One>> all_;  // in the order in which they were asked for
  std::jthread thread_;                   // the last member: it uses the others
};

}  // namespace audit
