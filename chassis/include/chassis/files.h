#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace chassis {

/// Files compiled into a program, by their path relative to the service's folder
/// ("migrations/0001_users.sql", "openapi.json", "templates/home.mustache").
using Files = std::map<std::string, std::string_view, std::less<>>;

}  // namespace chassis
