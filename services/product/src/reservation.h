#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "chassis/error.h"
#include "chassis/money.h"

namespace chassis {
class Transaction;
}

namespace product {

/// So many pieces of a product.
struct Want {
  std::string product_id;  // a UUID
  std::int64_t quantity = 0;

  bool operator==(const Want&) const = default;
};

struct ReservedLine {
  std::string product_id;
  std::string name;  // as it was when it was reserved, as is the price
  std::int64_t quantity = 0;
  chassis::Money unit_price;
};

/// Stock set aside for an order. What it says is what is charged.
struct Reservation {
  std::string order_id;
  std::string state;  // held, or committed: the pieces are sold
  chassis::Time expires_at;
  std::vector<ReservedLine> lines;  // in the order of their product ids
  chassis::Money total;
};

/// A line that cannot be had.
struct ShortLine {
  std::string product_id;
  std::int64_t requested = 0;
  std::int64_t available = 0;  // 0 as well when there is no such product
};

constexpr std::size_t lines_max = 100;
constexpr std::int64_t quantity_max = 1'000;
constexpr std::int64_t total_max = 1'000'000'000'000;  // minor units

/// Throws Error{invalid} unless there are 1..lines_max lines, each of another product, with
/// quantities of 1..quantity_max.
void check(const std::vector<Want>& wants);

/// Error{conflict} of type "out-of-stock" whose member `lines` holds each short line.
chassis::Error out_of_stock(const std::vector<ShortLine>& lines);

/// Throws Error{invalid} above total_max.
chassis::Money total_of(const std::vector<ReservedLine>& lines, const std::string& currency);

/// Reservations of stock, wherever they are kept. Pieces are never reserved or sold twice, whoever
/// asks at the same time. One that is neither committed nor released in time expires: its pieces
/// can be bought again by anyone, at the latest when they are missing for a sale.
class Reservations {
 public:
  virtual ~Reservations() = default;

  /// Reserves all lines or none. Asked again with the same lines, answers the same; once expired,
  /// takes the pieces again at the prices of the first time. Throws Error{invalid} when check()
  /// does, Error{conflict} with other lines or after a release ("released"), and of type
  /// "out-of-stock", naming each short line, when pieces are missing.
  virtual Reservation reserve(const std::string& order_id, std::vector<Want> wants) = 0;

  /// The pieces are sold. Again: the same answer. After expiry they are taken again. Throws
  /// Error{not_found} when there is no such reservation, Error{conflict} of type "released" or
  /// "out-of-stock".
  virtual Reservation commit(const std::string& order_id) = 0;

  /// The pieces go back; returns their products. Again: nothing more. Before there is a
  /// reservation: there never will be one. Throws Error{conflict} of type "committed" once the
  /// pieces are sold: that is never undone here.
  virtual std::vector<std::string> release(const std::string& order_id) = 0;

  /// The pieces that were sold to a cancelled order come back, in the caller's transaction; returns
  /// whether they did. They come back once; of a reservation that is not committed nothing does.
  virtual bool take_back(chassis::Transaction& transaction, const std::string& order_id) = 0;

  /// Ends at most `most` reservations whose time is over, those that are busy left for later;
  /// returns how many.
  virtual std::int64_t expire(std::int64_t most) = 0;

  /// Pieces reserved at the moment.
  virtual std::int64_t reserved_units() = 0;
};

/// Ends every reservation whose time is over, a bounded number at a time, and tells the metrics how
/// many pieces are still reserved.
void end_expired(Reservations& reservations);

}  // namespace product
