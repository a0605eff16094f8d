#include "chassis/testing/metrics.h"

#include "chassis/metrics.h"

namespace chassis::testing {

std::optional<double> metric(const std::string& series) {
  const auto text = metrics_text();
  const auto line = "\n" + series + " ";
  const auto at = text.find(line);
  if (at == std::string::npos) return std::nullopt;
  return std::stod(text.substr(at + line.size()));
}

}  // namespace chassis::testing
