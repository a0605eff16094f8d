#pragma once

#include "chassis/db.h"
#include "refund.h"

namespace payment {

/// payment.refunded, in the transaction that records the refund.
void publish_refunded(chassis::Transaction& transaction, const Payment& payment,
                      const Refund& refund);

}  // namespace payment
