#include "saga.h"

namespace audit {

std::vector<Violation> broken_rules(const Saga& saga, const std::string& service,
                                    chassis::Time now) {
  if (now - saga.started_at < stuck_after) return {};
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now - saga.started_at);
  return {{Rule::sagas_stuck, saga.id,
           saga.kind + " " + saga.id + " of " + service + " began " +
               std::to_string(minutes.count()) + " minutes ago and is " + saga.state + " at step " +
               saga.step + " after " + std::to_string(saga.attempts) + " failures"}};
}

Sight sight_of(const Saga& saga, const std::string& service, chassis::Time now) {
  return {service + "/" + saga.kind + "/" + saga.id, broken_rules(saga, service, now), false,
          std::nullopt, 0};
}

}  // namespace audit
