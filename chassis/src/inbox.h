#pragma once

#include <exception>
#include <string>

#include "chassis/db.h"
#include "cloud_event.h"

namespace chassis {

/// Failures of one event after which it becomes a dead letter.
constexpr int failures_max = 5;

/// Applies the event and remembers that it was, in one transaction. False, and the handler does not
/// run, when it was applied before or is a dead letter.
bool apply_once(Database& database, const Event& event, const Events::Handler& handler);

/// Counts a failure; with the last one allowed the event becomes a dead letter. Returns how many
/// there were.
int count_failure(Database& database, const Event& event, const std::string& message,
                  const std::string& reason);

/// Keeps what is no event of ours as a dead letter, once.
void bury_malformed(Database& database, const std::string& subject, const std::string& message,
                    const std::string& reason);

/// What went wrong, for those who run the system: no values of SQL, one line, not long.
std::string reason_of(const std::exception& problem);

}  // namespace chassis
