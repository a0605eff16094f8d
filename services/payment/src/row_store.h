#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "chassis/db.h"

namespace payment {

inline std::optional<std::string> text_of(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<std::string>();
}

inline std::int64_t ms(std::chrono::milliseconds time) { return time.count(); }

}  // namespace payment
