#include "cart.h"

#include <algorithm>

#include "chassis/metrics.h"

namespace order {

PricedCart priced(const Cart& cart, const std::vector<Goods>& goods, const std::string& currency) {
  PricedCart result{.items = {}, .total = {0, currency}, .version = cart.version};
  for (auto line : cart.lines) {
    std::int64_t available = 0;
    const auto found = std::find_if(goods.begin(), goods.end(), [&](const Goods& each) {
      return each.product_id == line.product_id;
    });
    if (found != goods.end()) {
      line.name = found->name;
      line.unit_price = found->unit_price;
      available = found->available;
    }
    const auto total = total_of(line);
    result.total = result.total + total;
    result.items.push_back(
        {line.product_id, line.name, line.quantity, line.unit_price, total, available});
  }
  return result;
}

void tidy_up(Carts& carts) {
  constexpr std::int64_t most = 500;  // in one transaction
  static const auto gauge = chassis::gauge("order_carts_open", "Carts with something in them");
  while (carts.purge(most) == most) {
  }
  gauge.set(static_cast<double>(carts.open()));
}

}  // namespace order
