#include "checkout_json.h"

namespace order {

chassis::Error price_changed(const Reservation& reservation) {
  const auto json = chassis::to_json(reservation);
  return chassis::Error{chassis::ErrorCode::conflict,
                        "the prices have changed; nothing was charged"}
      .type("price-changed")
      .members(json.substr(1, json.size() - 2));
}

}  // namespace order
