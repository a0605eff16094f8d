#pragma once

#include <cstdint>
#include <vector>

#include "chassis/db.h"
#include "demo.h"

namespace product {

/// Stores those that were never stored before, in one transaction; returns how many. A product that
/// was loaded once stays as it is now, changed or removed.
std::int64_t load(chassis::Database& database, const std::vector<DemoProduct>& products);

}  // namespace product
