#include "line.h"

#include <algorithm>

namespace order {

chassis::Money total_of(const Line& line) { return line.unit_price * line.quantity; }

chassis::Money total_of(const std::vector<Line>& lines, const std::string& currency) {
  chassis::Money total{0, currency};
  for (const auto& line : lines) total = total + total_of(line);
  return total;
}

std::vector<Line> added(const std::vector<Line>& cart, const std::vector<Line>& more) {
  std::vector<Line> changed;
  auto room = lines_max - std::min(cart.size(), lines_max);
  for (auto line : more) {
    const auto known = std::find_if(cart.begin(), cart.end(), [&](const Line& each) {
      return each.product_id == line.product_id;
    });
    if (known == cart.end()) {
      if (room == 0) continue;
      --room;
    } else {
      line.quantity += known->quantity;
    }
    line.quantity = std::min(line.quantity, quantity_max);
    changed.push_back(std::move(line));
  }
  return changed;
}

}  // namespace order
