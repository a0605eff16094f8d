#pragma once

#include <chrono>
#include <memory>

#include "audits.h"
#include "chassis/http.h"

namespace audit {

/// POST /internal/audits, GET /internal/audits/latest and /internal/audits/{id}; README.md
/// describes them. `settle` is what an audit gets that names none.
chassis::Routes audit_routes(const std::shared_ptr<Audits>& audits,
                             std::chrono::milliseconds settle);

}  // namespace audit
