#pragma once

#include <string>
#include <string_view>

#include "chassis/error.h"

namespace chassis {

/// An Error as it is kept: all but its retry_after.
std::string error_to_json(const Error& error);
Error error_from_json(std::string_view json);

}  // namespace chassis
