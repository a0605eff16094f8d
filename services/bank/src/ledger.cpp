#include "ledger.h"

#include "chassis/metrics.h"

namespace bank {

void measure(Ledger& ledger) {
  static const auto balance =
      chassis::gauge("bank_balance", "Captured less refunded, in minor units of the currency");
  balance.set(static_cast<double>(ledger.page(0, 0).balance.amount));
}

}  // namespace bank
