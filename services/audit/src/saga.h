#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "sight.h"

namespace audit {

/// A saga of a service that has not ended.
struct Saga {
  std::string kind;  // "checkout"
  std::string id;
  std::string state;  // running or undoing
  std::string step;
  std::int64_t attempts = 0;
  chassis::Time started_at;
};

/// The rule sagas-stuck, for a saga of this service.
std::vector<Violation> broken_rules(const Saga& saga, const std::string& service,
                                    chassis::Time now);

/// At one look. Its id is "<service>/<kind>/<id>".
Sight sight_of(const Saga& saga, const std::string& service, chassis::Time now);

}  // namespace audit
