#include "stock.h"

namespace audit {

std::vector<Violation> broken_rules(const Stock& stock) {
  const auto text = [](std::int64_t number) { return std::to_string(number); };
  std::string wrong;
  const auto judge = [&](bool holds, const std::string& sentence) {
    if (!holds) wrong += (wrong.empty() ? "" : "; ") + sentence;
  };
  const auto sum = stock.initial + stock.received + stock.adjusted - stock.sold + stock.returned;
  judge(sum == stock.on_hand, "initial " + text(stock.initial) + " + received " +
                                  text(stock.received) + " + adjusted " + text(stock.adjusted) +
                                  " - sold " + text(stock.sold) + " + returned " +
                                  text(stock.returned) + " is " + text(sum) + ", but " +
                                  text(stock.on_hand) + " are on hand");
  judge(stock.reserved >= 0 && stock.reserved <= stock.on_hand,
        text(stock.reserved) + " are reserved of " + text(stock.on_hand) + " on hand");
  judge(stock.reserved == stock.held,
        text(stock.reserved) + " are reserved, but reservations hold " + text(stock.held));
  if (wrong.empty()) return {};
  return {{Rule::stock_ledger, stock.id, "of product " + stock.id + ", " + wrong}};
}

Sight sight_of(const Stock& stock) {
  return {stock.id, broken_rules(stock), false, std::nullopt, 0};
}

}  // namespace audit
