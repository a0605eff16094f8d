#pragma once

#include <functional>
#include <memory>

#include "chassis/http.h"
#include "fault.h"

namespace bank {

/// The faults, for administrators and peers; openapi.yaml describes them. Only for installations
/// that are there to be tested.
chassis::Routes fault_routes(const std::shared_ptr<Faults>& faults);

/// Runs `effect` with the latency, error and garbage of `mishap`, each of which is counted in
/// bank_faults_total.
chassis::Response with_mishap(const Mishap& mishap,
                              const std::function<chassis::Response()>& effect);

/// Never answers: waits until the caller's patience (the request's deadline, 30 s at most) is over,
/// and throws Error{timeout}.
[[noreturn]] void withhold_answer();

/// Counts a charge that was booked twice.
void count_duplicate();

}  // namespace bank
