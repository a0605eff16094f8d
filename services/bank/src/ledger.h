#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "chassis/money.h"

namespace bank {

/// A movement of money.
struct Entry {
  std::string id;     // of the charge or the refund
  std::string entry;  // capture or refund
  std::string charge_id;
  std::string reference;
  chassis::Money amount;
  chassis::Time created_at;
  std::int64_t position = 0;  // 1, 2, 3 ... in the order in which they were committed
};

/// Entries behind each other, and what was captured less what was refunded, both as of one moment:
/// whoever has read all entries up to the last finds that they sum up to `balance`.
struct LedgerPage {
  std::vector<Entry> entries;
  chassis::Money balance;
};

/// The ledger, wherever it is kept: only ever added to.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// At most `count` entries behind this position, oldest first.
  virtual LedgerPage page(std::int64_t after, std::int64_t count) = 0;
};

/// Tells the metrics the balance.
void measure(Ledger& ledger);

}  // namespace bank
