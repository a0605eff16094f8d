#include "audit.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace audit {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds first_pause = 100ms;
constexpr milliseconds pause_most = 2s;
/// By how much the clocks of two hosts may differ and a change while reading is still seen as one.
constexpr auto skew_max = 5s;

/// The ids to look at again, and their marks at the last look.
using Suspects = std::map<std::string, std::uint64_t>;

/// What the last look found.
struct Verdict {
  std::map<Rule, std::int64_t> counts;
  std::vector<Violation> listed;
  InFlight in_flight;

  void add(const Violation& violation) {
    if (++counts[violation.rule] <= listed_max) listed.push_back(violation);
  }
  void add_in_flight(const Sight& sight) {
    auto& oldest = in_flight.oldest;
    ++in_flight.count;
    if (sight.changed_at && (!oldest || *sight.changed_at < *oldest)) oldest = sight.changed_at;
  }
};

class Audit {
 public:
  Audit(const std::vector<std::unique_ptr<Check>>& checks, Watch& watch, Progress& progress)
      : checks_{checks}, watch_{watch}, progress_{progress}, suspects_(checks.size()) {}

  Verdict run(milliseconds settle) {
    read_all();
    Verdict verdict;
    const auto end = watch_.elapsed() + settle;
    for (auto pause = first_pause; suspect_count() > 0; pause = std::min(2 * pause, pause_most)) {
      watch_.pause(std::clamp(end - watch_.elapsed(), 0ms, pause));
      verdict = look_again();
      if (watch_.elapsed() >= end) break;
    }
    return verdict;
  }

 private:
  void read_all() {
    const auto recent = watch_.now() - skew_max;
    for (std::size_t at = 0; at < checks_.size(); ++at) {
      checks_[at]->read_all([&](const Sight& sight) {
        progress_.rows.fetch_add(1);
        const bool changed = sight.changed_at && *sight.changed_at >= recent;
        if (sight.broken.empty() && !sight.under_way && !changed) return;
        suspects_[at].emplace(sight.id, sight.mark);
        progress_.suspects.fetch_add(1);
      });
    }
  }

  Verdict look_again() {
    Verdict verdict;
    for (std::size_t at = 0; at < checks_.size(); ++at) {
      if (!suspects_[at].empty()) suspects_[at] = look_again(*checks_[at], suspects_[at], verdict);
    }
    progress_.suspects.store(suspect_count());
    return verdict;
  }

  /// Returns those that are still suspect, with what was seen of them now.
  static Suspects look_again(Check& check, const Suspects& suspects, Verdict& verdict) {
    std::vector<std::string> ids;
    ids.reserve(suspects.size());
    for (const auto& [id, mark] : suspects) ids.push_back(id);
    Suspects left;
    check.read_again(ids, [&](const Sight& sight) {
      if (sight.broken.empty() && !sight.under_way) return;
      left.emplace(sight.id, sight.mark);
      if (sight.under_way || sight.mark != suspects.at(sight.id)) {
        verdict.add_in_flight(sight);
        return;
      }
      for (const auto& violation : sight.broken) verdict.add(violation);
    });
    return left;
  }

  std::int64_t suspect_count() const {
    std::size_t sum = 0;
    for (const auto& suspects : suspects_) sum += suspects.size();
    return static_cast<std::int64_t>(sum);
  }

  const std::vector<std::unique_ptr<Check>>& checks_;
  Watch& watch_;
  Progress& progress_;
  std::vector<Suspects> suspects_;  // of each check
};

}  // namespace

Report run_audit(const std::vector<std::unique_ptr<Check>>& checks, const Skipped& skipped,
                 milliseconds settle, Watch& watch, Progress& progress) {
  Report report;
  report.started_at = watch.now();
  report.settle_ms = settle.count();
  const auto began = watch.elapsed();
  auto verdict = Audit{checks, watch, progress}.run(settle);
  report.took_ms = (watch.elapsed() - began).count();

  std::map<Rule, std::int64_t> tried;
  for (const auto& check : checks) {
    tried.merge(check->tried());
    for (auto& book : check->books()) report.books.push_back(std::move(book));
  }
  for (const auto rule : rules) {
    const auto reason = skipped.find(rule);
    report.rules.push_back(
        {rule, tried[rule], verdict.counts[rule],
         reason == skipped.end() ? std::nullopt : std::optional{reason->second}});
  }
  report.violations = std::move(verdict.listed);
  report.in_flight = verdict.in_flight;
  return report;
}

}  // namespace audit
