#pragma once

#include <memory>
#include <string>

#include "charge_store.h"
#include "chassis/http.h"
#include "fault.h"

namespace bank {

/// What the merchant may do, each call with the mishap that is due; openapi.yaml describes it.
chassis::Routes charge_routes(chassis::Database& database, const std::shared_ptr<Charges>& charges,
                              const std::string& merchant_key, const NextMishap& next_mishap);

}  // namespace bank
