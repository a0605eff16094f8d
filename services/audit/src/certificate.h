#pragma once

#include <string>

namespace audit {

/// Reads the gateway's certificate, which may have been renewed, and tells its end as the metric
/// certificate_end_timestamp_seconds. Throws std::runtime_error when the file holds none.
void tell_certificate_end(const std::string& path);

}  // namespace audit
