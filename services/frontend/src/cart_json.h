#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cart.h"

namespace frontend {

/// What the order service is sent about carts.
std::string quantity_json(std::int64_t quantity);
std::string merge_json(const std::string& guest_id);

/// Reads what it answers. Members added later are ignored; throws chassis::Error{unavailable} when
/// the answer is not of the agreed form.
Cart read_cart(std::string_view json);

}  // namespace frontend
