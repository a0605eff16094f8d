#pragma once

#include <string>
#include <vector>

#include "event.h"
#include "ledger.h"
#include "sale.h"
#include "stock.h"

namespace audit {

inline std::string id_of(int n) {
  auto digits = std::to_string(n);
  return "01980000-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
}
inline const std::string tea = id_of(900001);
inline const std::string cup = id_of(900002);
inline const auto long_ago = chassis::to_time("2026-11-21T08:00:00Z");

inline chassis::Money euro(std::int64_t cents) { return {cents, "EUR"}; }

inline Order order_of(int n, const std::string& status) {
  return {id_of(n), status, euro(500), euro(0), {{tea, 2}, {cup, 1}}, true, long_ago};
}
inline Payment payment_of(int n, std::int64_t captured, std::int64_t refunded = 0) {
  return {id_of(n), "order", "captured", euro(captured), euro(refunded), true, long_ago};
}
inline Reservation reservation_of(int n, const std::string& state, bool returned = false) {
  return {id_of(n), state, returned, {{cup, 1}, {tea, 2}}, long_ago};
}
inline Entry capture_of(int n, std::int64_t cents, int charge = 0) {
  const auto id = id_of(500000 + 10 * n + charge);
  return {id, "capture", id, id_of(n), euro(cents)};
}
inline Entry refund_of(int n, std::int64_t cents, int charge = 0) {
  auto entry = capture_of(n, cents, charge);
  entry.entry = "refund";
  entry.id = id_of(600000 + 10 * n + charge);
  return entry;
}

/// An order of 5.00, paid for and sold.
inline Sale confirmed_sale() {
  return {id_of(1),
          order_of(1, "confirmed"),
          payment_of(1, 500),
          reservation_of(1, "committed"),
          {{"charge-1", 500, 0, "EUR"}}};
}
/// The same, cancelled: the money and the pieces went back.
inline Sale cancelled_sale() {
  Sale sale{id_of(1),
            order_of(1, "cancelled"),
            payment_of(1, 500, 500),
            reservation_of(1, "committed", true),
            {{"charge-1", 500, 500, "EUR"}}};
  sale.order->refunded = euro(500);
  sale.payment->status = "refunded";
  return sale;
}
/// An order whose card was declined.
inline Sale declined_sale() {
  Sale sale{id_of(1), order_of(1, "declined"), payment_of(1, 0), reservation_of(1, "released"), {}};
  sale.payment->status = "declined";
  sale.reservation->lines.clear();
  return sale;
}

inline Stock stock_of(int n) { return {id_of(n), 10, 5, 4, 1, -2, 10, 3, 3}; }

inline OutboxEvent event_of(int n, const std::string& type) {
  return {id_of(n), type, long_ago, true};
}

}  // namespace audit
