#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "charge.h"
#include "chassis/http.h"
#include "fault.h"

namespace bank {

/// Runs the effect in a transaction, once for each Idempotency-Key of the merchant
/// (chassis/idempotency.h).
using Once = std::function<chassis::Response(
    const chassis::Request& request, std::string_view route,
    const std::function<chassis::Response(Teller& teller)>& effect)>;

/// What the merchant may do, each call with the mishap that is due; openapi.yaml describes it.
chassis::Routes charge_routes(const std::shared_ptr<Charges>& charges, const Once& once,
                              const std::string& merchant_key, const NextMishap& next_mishap);

}  // namespace bank
