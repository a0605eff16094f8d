#pragma once

#include <memory>

#include "chassis/http.h"
#include "record.h"

namespace payment {

/// The legal record, for administrators; openapi.yaml describes it.
chassis::Routes record_routes(const std::shared_ptr<Records>& records);

}  // namespace payment
