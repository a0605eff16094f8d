#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "reservation.h"

namespace product {

/// What came and went of a product, and what is there: initial + received - sold + returned +
/// adjusted is on_hand, and held is reserved.
struct StockRow {
  std::string product_id;
  std::int64_t initial = 0;
  std::int64_t received = 0;
  std::int64_t sold = 0;  // not below zero
  std::int64_t returned = 0;
  std::int64_t adjusted = 0;  // either way
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;  // as the product says
  std::int64_t held = 0;      // as the reservations that are held say
};

struct ReservationRow {
  std::string order_id;
  std::string state;      // held, expired, committed or released
  bool returned = false;  // a cancelled order brought the pieces back
  std::vector<Want> lines;
  chassis::Time updated_at;
};

/// The books that an audit compares with those of other services. Every row is of one moment.
class Books {
 public:
  virtual ~Books() = default;

  /// At most `count` products behind this id (empty: from the first), in the order of their ids;
  /// those that are sold no more as well.
  virtual std::vector<StockRow> stock(const std::string& after, std::int64_t count) = 0;

  /// The same for reservations, by the ids of their orders.
  virtual std::vector<ReservationRow> reservations(const std::string& after,
                                                   std::int64_t count) = 0;
};

}  // namespace product
