#pragma once

#include <memory>

#include "chassis/http.h"
#include "fault_store.h"

namespace bank {

/// The faults, for administrators and peers; openapi.yaml describes them. Only for installations
/// that are there to be tested.
chassis::Routes fault_routes(const std::shared_ptr<Faults>& faults);

}  // namespace bank
