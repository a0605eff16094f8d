#pragma once

#include <memory>

#include "buyer.h"
#include "cancel.h"
#include "chassis/saga.h"
#include "payments.h"

namespace order {

/// One step: the money goes back, and the order is cancelled, of which product hears by an event.
/// It never turns around, since the customer was told so: a refund that is refused is tried again,
/// with an error in the log each time, until somebody has put right what is wrong.
chassis::SagaKind cancel_kind(const std::shared_ptr<Cancellations>& cancellations,
                              const std::shared_ptr<Payments>& payments,
                              const std::shared_ptr<Buyers>& buyers);

}  // namespace order
