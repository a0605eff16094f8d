#include "order_events.h"

#include "order_json.h"

namespace order {

void tell(chassis::Transaction& transaction, const Order& order, const Buyer& buyer) {
  const auto type = std::string{"order."} + name(order.status);
  chassis::publish(transaction, type, order.id, event_json(order, buyer), order.customer);
}

}  // namespace order
