#pragma once

#include <memory>
#include <string>

#include "chassis/http.h"
#include "ledger.h"

namespace bank {

/// The ledger, for the merchant, administrators and auditors; openapi.yaml describes it.
chassis::Routes ledger_routes(const std::shared_ptr<Ledger>& ledger,
                              const std::string& merchant_key);

}  // namespace bank
