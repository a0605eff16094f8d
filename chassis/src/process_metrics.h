#pragma once

namespace chassis {

/// Reads /proc/self into the process_* metrics that Prometheus clients share by convention, and
/// process_anonymous_memory_bytes (RssAnon: what this process alone costs).
void refresh_process_metrics();

}  // namespace chassis
