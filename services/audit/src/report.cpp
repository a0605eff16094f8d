#include "report.h"

#include <algorithm>
#include <iomanip>
#include <numeric>
#include <sstream>

namespace audit {
namespace {

void write_table(std::ostream& text, const Report& report) {
  text << std::left << std::setw(18) << "rule" << std::right << std::setw(10) << "rows"
       << std::setw(12) << "violations"
       << "\n";
  for (const auto& result : report.rules) {
    text << std::left << std::setw(18) << name(result.rule) << std::right;
    if (result.skipped) {
      text << "  left out: " << *result.skipped << "\n";
    } else {
      text << std::setw(10) << result.rows << std::setw(12) << result.violations << "\n";
    }
  }
}

void write_violations(std::ostream& text, const Report& report) {
  for (const auto& result : report.rules) {
    if (result.violations == 0) continue;
    text << "\n"
         << name(result.rule) << " (look at " << where(result.rule) << "; docs/books.md#"
         << name(result.rule) << ")\n";
    std::int64_t listed = 0;
    for (const auto& violation : report.violations) {
      if (violation.rule != result.rule) continue;
      text << "  - " << violation.text << "\n";
      ++listed;
    }
    if (listed < result.violations) text << "  and " << result.violations - listed << " more\n";
  }
}

}  // namespace

std::int64_t violations(const Report& report) {
  return std::accumulate(
      report.rules.begin(), report.rules.end(), std::int64_t{0},
      [](std::int64_t sum, const RuleResult& result) { return sum + result.violations; });
}

std::string to_text(const Report& report) {
  std::ostringstream text;
  write_table(text, report);
  write_violations(text, report);
  text << "\n";
  if (report.in_flight.count > 0) {
    text << "In flight, so not judged: " << report.in_flight.count;
    if (report.in_flight.oldest) {
      text << ", the oldest unchanged since " << chassis::to_text(*report.in_flight.oldest);
    }
    text << "\n";
  }
  const auto count = violations(report);
  text << (count == 0 ? "The books are in order" : "The books are broken: ");
  if (count > 0) text << count << (count == 1 ? " violation" : " violations");
  text << ", after " << std::fixed << std::setprecision(1)
       << static_cast<double>(report.took_ms) / 1000 << " s.\n";
  return text.str();
}

}  // namespace audit
