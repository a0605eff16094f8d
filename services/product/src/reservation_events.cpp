#include "reservation_events.h"

#include "chassis/log.h"
#include "reservation_json.h"

namespace product {

using chassis::Event;
using chassis::Transaction;

void take_back(Reservations& reservations, Transaction& transaction, const Event& event) {
  const auto order_id =
      chassis::from_json<CancelledOrder>(event.data, chassis::Unknown::ignore).order_id;
  if (reservations.take_back(transaction, order_id)) {
    chassis::log::info("pieces came back", {{"order", order_id}});
  }
}

void consume(chassis::Events& events, const std::shared_ptr<Reservations>& reservations) {
  events.on("order.cancelled", [=](Transaction& transaction, const Event& event) {
    take_back(*reservations, transaction, event);
  });
}

}  // namespace product
