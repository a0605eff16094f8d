#pragma once

#include "chassis/db.h"
#include "payment.h"

namespace payment {

/// payment.captured, in the transaction that records the capture.
void publish_captured(chassis::Transaction& transaction, const Payment& payment);

}  // namespace payment
