#pragma once

#include <optional>
#include <string>

namespace chassis::testing {

/// The value of one series as it stands in /metrics, named with its labels: `up`, or
/// `worker_threads{pool="main"}`. Nothing while it is not exported.
std::optional<double> metric(const std::string& series);

}  // namespace chassis::testing
