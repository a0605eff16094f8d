#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "buyer.h"
#include "chassis/json.h"
#include "order.h"

namespace order {

/// The order as its customer sees it.
std::string order_json(const Order& order);

/// What order.confirmed, and once it is cancelled order.cancelled, tells.
std::string event_json(const Order& order, const Buyer& buyer);

/// The order as it stands in the books: {order_id, status, total, refunded, lines, settled,
/// updated_at}.
std::string book_json(const Order& order);

/// {"items": [...], "next_cursor": ...} of at most `limit` of the orders, and of no more than fit
/// into one answer, but at least one. `cursor` makes the cursor that continues behind an order.
std::string list_json(const std::vector<Order>& orders, std::int64_t limit,
                      std::string (*item)(const Order&),
                      const std::function<std::string(const Order& last)>& cursor);

}  // namespace order

template <>
struct chassis::Fields<order::ShipTo> {
  using ShipTo = order::ShipTo;
  static constexpr auto list = std::make_tuple(field("name", &ShipTo::name, length(1, 100)),
                                               field("street", &ShipTo::street, length(1, 200)),
                                               field("postcode", &ShipTo::postcode, length(1, 20)),
                                               field("city", &ShipTo::city, length(1, 100)),
                                               field("country", &ShipTo::country, length(1, 60)));
};
