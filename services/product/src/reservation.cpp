#include "reservation.h"

#include <set>

#include "chassis/metrics.h"

namespace product {

using chassis::Error;
using chassis::ErrorCode;
using chassis::FieldError;

void check(const std::vector<Want>& wants) {
  std::vector<FieldError> wrong;
  if (wants.empty() || wants.size() > lines_max) {
    wrong.push_back({"/lines", "must have from 1 to " + std::to_string(lines_max) + " items"});
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < wants.size(); ++i) {
    const auto line = "/lines/" + std::to_string(i);
    if (!seen.insert(wants[i].product_id).second) {
      wrong.push_back({line + "/product_id", "stands in another line already"});
    }
    if (wants[i].quantity < 1 || wants[i].quantity > quantity_max) {
      wrong.push_back({line + "/quantity", "must be from 1 to " + std::to_string(quantity_max)});
    }
  }
  if (!wrong.empty()) throw Error{std::move(wrong)};
}

Error out_of_stock(const std::vector<ShortLine>& lines) {
  std::string json;  // ids and numbers need no escaping
  for (const auto& line : lines) {
    json += std::string{json.empty() ? "" : ","} + R"({"product_id":")" + line.product_id +
            R"(","requested":)" + std::to_string(line.requested) + R"(,"available":)" +
            std::to_string(line.available) + "}";
  }
  return Error{ErrorCode::conflict, "there is less in stock than was asked for"}
      .type("out-of-stock")
      .members("\"lines\":[" + json + "]");
}

chassis::Money total_of(const std::vector<ReservedLine>& lines, const std::string& currency) {
  chassis::Money total{0, currency};
  for (const auto& line : lines) total = total + line.unit_price * line.quantity;
  if (total.amount > total_max) throw Error{ErrorCode::invalid, "the order is worth too much"};
  return total;
}

void end_expired(Reservations& reservations) {
  constexpr std::int64_t most = 200;  // in one transaction
  static const auto units =
      chassis::gauge("product_reserved_units", "Pieces that are reserved at the moment");
  while (reservations.expire(most) == most) {
  }
  units.set(static_cast<double>(reservations.reserved_units()));
}

}  // namespace product
