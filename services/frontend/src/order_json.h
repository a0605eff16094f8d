#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "order.h"

namespace frontend {

/// What the order service is sent; the same purchase always gives the same text.
std::string purchase_json(const Purchase& purchase);

/// What it answers. Members added later are ignored; each throws chassis::Error{unavailable} when
/// the answer is not of the agreed form.
Order read_order(std::string_view json);
OrderList read_orders(std::string_view json);
std::string read_order_id(std::string_view json);

/// The lines of a problem "out-of-stock"; none when they cannot be read.
std::vector<ShortLine> read_short_lines(std::string_view json);

}  // namespace frontend
