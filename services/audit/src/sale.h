#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/clock.h"
#include "chassis/money.h"
#include "sight.h"

namespace audit {

struct Line {
  std::string product_id;
  std::int64_t quantity = 0;
};

/// A row of order's book `orders`.
struct Order {
  std::string id;
  std::string status;  // see is_order_status()
  chassis::Money total;
  chassis::Money refunded;
  std::vector<Line> lines;
  bool settled = false;  // no saga is under way
  chassis::Time updated_at;
};
bool is_order_status(std::string_view text);

/// A row of payment's book `payments`.
struct Payment {
  std::string id;          // of its owner
  std::string owner_type;  // order or booking
  std::string status;
  chassis::Money captured;
  chassis::Money refunded;
  bool settled = false;  // nothing is under way, and it was compared with the bank
  chassis::Time updated_at;
};

/// A row of product's book `reservations`.
struct Reservation {
  std::string id;         // of its order
  std::string state;      // see is_reservation_state()
  bool returned = false;  // the pieces of a committed one came back
  std::vector<Line> lines;
  chassis::Time updated_at;
};
bool is_reservation_state(std::string_view text);

/// What the bank's ledger holds about one charge.
struct Charge {
  std::string id;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::string currency;

  std::int64_t net() const { return captured - refunded; }
};

/// What all books hold about one order: every row that has its id.
struct Sale {
  std::string id;
  std::optional<Order> order;
  std::optional<Payment> payment;
  std::optional<Reservation> reservation;
  std::vector<Charge> charges;  // under this reference
};

/// The rules of money and of stock-order. Without the bank its rules say nothing. Judges the rows
/// as they stand, also those that are not settled.
std::vector<Violation> broken_rules(const Sale& sale, bool with_bank);

/// Whether some of it may still change by itself: it says that it is not settled, and has not said
/// so for stuck_after.
bool under_way(const Sale& sale, chassis::Time now);

/// The whole of it at one look.
Sight sight_of(const Sale& sale, bool with_bank, chassis::Time now);

}  // namespace audit
