#include "order.h"

#include <array>
#include <stdexcept>

namespace order {
namespace {

constexpr std::array names{"pending", "confirmed", "declined", "failed", "cancelling", "cancelled"};

}  // namespace

const char* name(Status status) { return names.at(static_cast<std::size_t>(status)); }

Status status_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Status>(i);
  }
  throw std::logic_error{"no such status of an order"};
}

bool is_under_way(const Order& order) {
  return order.status == Status::pending || order.status == Status::cancelling;
}

chassis::Money tax_within(const chassis::Money& total, std::int64_t percent) {
  const auto whole = 100 + percent;
  return {(2 * total.amount * percent + whole) / (2 * whole), total.currency};
}

}  // namespace order
