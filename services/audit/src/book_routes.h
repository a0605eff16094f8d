#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "audit.h"
#include "chassis/client.h"
#include "checks.h"

namespace audit {

/// Whose books are audited.
struct Peers {
  std::shared_ptr<chassis::Client> user;
  std::shared_ptr<chassis::Client> product;
  std::shared_ptr<chassis::Client> order;
  std::shared_ptr<chassis::Client> payment;
  std::shared_ptr<chassis::Client> bank;  // nothing: its rules are left out
};

/// The checks of one audit, over the peers' books as their routes show them. A peer that does not
/// answer is asked again for as long as `patience`. `watch` must outlive them.
std::vector<std::unique_ptr<Check>> checks_of(const Peers& peers,
                                              std::chrono::milliseconds patience, Watch& watch);

/// The rules that these peers do not suffice for, and why.
Skipped skipped_without(const Peers& peers);

}  // namespace audit
