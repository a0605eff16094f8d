#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "checks.h"
#include "rule.h"

namespace audit {

/// How a rule fared.
struct RuleResult {
  Rule rule = Rule::money_order;
  std::int64_t rows = 0;  // it was tried on
  std::int64_t violations = 0;
  std::optional<std::string> skipped;  // why it was not tried at all
};

/// What could not be judged, because it had not settled when the time was up.
struct InFlight {
  std::int64_t count = 0;
  std::optional<chassis::Time> oldest;  // when the oldest of it last changed
};

/// What an audit found.
struct Report {
  chassis::Time started_at;
  std::int64_t took_ms = 0;
  std::int64_t settle_ms = 0;
  std::vector<RuleResult> rules;      // every rule once
  std::vector<Violation> violations;  // the first listed_max of each rule
  InFlight in_flight;
  std::vector<BookSize> books;
};

constexpr std::int64_t listed_max = 20;

/// Violations of all rules together: 0 when the books are in order.
std::int64_t violations(const Report& report);

/// The report for people: a table of the rules, a sentence for each violation, and where to look.
std::string to_text(const Report& report);

}  // namespace audit
