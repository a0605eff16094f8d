#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "chassis/error.h"
#include "line.h"
#include "payments.h"

namespace order {

enum class Status { pending, confirmed, declined, failed, cancelling, cancelled };
/// "pending"
const char* name(Status status);
/// Throws std::logic_error for anything else.
Status status_of(std::string_view name);

struct ShipTo {
  std::string name;
  std::string street;
  std::string postcode;
  std::string city;
  std::string country;
};

struct Order {
  std::string id;        // a UUIDv7
  std::string customer;  // a user's id
  Status status = Status::pending;
  std::vector<Line> lines;
  chassis::Money total;  // of the lines, tax included
  std::int64_t tax_percent = 0;
  std::optional<Payment> payment;         // once it was charged
  std::optional<ShipTo> ship_to;          // until the customer is forgotten
  std::optional<chassis::Error> problem;  // why it was declined or failed
  chassis::Time created_at;
  std::optional<chassis::Time> confirmed_at;
  std::optional<chassis::Time> cancelled_at;
  std::optional<chassis::Money> refund;  // once it is cancelled
  chassis::Time updated_at;
  std::int64_t version = 0;  // counts the changes
};

/// Whether a saga is at work on it.
bool is_under_way(const Order& order);

/// The tax that is contained in `total`: total - total / (1 + percent / 100), rounded half up.
chassis::Money tax_within(const chassis::Money& total, std::int64_t percent);

/// Orders as they can be read, wherever they are kept.
class Orders {
 public:
  virtual ~Orders() = default;

  /// Throws Error{not_found} when the customer has no such order, whoever else has.
  virtual Order find(const std::string& customer, const std::string& id) = 0;

  /// At most `count` of the customer's orders, newest first, beginning behind `after` (empty: with
  /// the newest).
  virtual std::vector<Order> list(const std::string& customer, const std::string& after,
                                  std::int64_t count) = 0;

  /// At most `count` of everybody's orders by their ids, beginning behind `after`.
  virtual std::vector<Order> all(const std::string& after, std::int64_t count) = 0;
};

}  // namespace order
