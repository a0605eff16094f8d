#pragma once

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "chassis/client.h"

namespace audit {

/// The command `audit check [--settle SECONDS] [--json]`: has the audit service make an audit,
/// writes how far it is to `progress` and the report to `out`. Returns the exit status: 0 when the
/// books are in order, 1 when they are not, 2 when that could not be found out. A service that does
/// not answer is asked again for as long as `patience`.
int check(chassis::Client& audit, const std::vector<std::string>& arguments,
          std::chrono::milliseconds patience, std::ostream& out, std::ostream& progress);

}  // namespace audit
