#include "session.h"

#include <map>

#include "chassis/metrics.h"

namespace user {

void count_revoked(const char* reason, std::size_t sessions) {
  static const auto counters = [] {
    std::map<std::string, chassis::Counter> made;
    for (const char* word : {"sign-out", "everywhere", "reuse", "password", "erasure"}) {
      made.emplace(word, chassis::counter("user_sessions_revoked_total",
                                          "Sessions that ended before their time, by reason",
                                          {{"reason", word}}));
    }
    return made;
  }();
  if (sessions > 0) counters.at(reason).add(static_cast<double>(sessions));
}

}  // namespace user
