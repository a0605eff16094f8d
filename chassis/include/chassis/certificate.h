#pragma once

#include <chrono>
#include <string>

namespace chassis {

/// When the first certificate of the PEM text ends. Throws std::runtime_error when there is none.
std::chrono::system_clock::time_point certificate_end(const std::string& pem);

}  // namespace chassis
