#include "sale.h"

#include <algorithm>
#include <map>

namespace audit {
namespace {

/// What is left of what was paid; below zero only in books that are wrong.
struct Net {
  std::int64_t amount = 0;
  std::string currency;

  bool operator==(const Net& other) const {
    return amount == other.amount && (amount == 0 || currency == other.currency);
  }
};

std::string text(const Net& net) {
  if (net.amount == 0) return "nothing";
  return (net.amount < 0 ? "minus " : "") +
         chassis::to_text(chassis::Money{std::abs(net.amount), net.currency});
}

Net net_of(const Payment& payment) {
  return {payment.captured.amount - payment.refunded.amount, payment.captured.currency};
}

Net net_of(const std::vector<Charge>& charges) {
  Net net;
  for (const auto& charge : charges) {
    net.amount += charge.net();
    if (charge.net() != 0) net.currency = charge.currency;
  }
  return net;
}

bool one_currency(const std::vector<Charge>& charges) {
  return std::all_of(charges.begin(), charges.end(), [&](const Charge& charge) {
    return charge.currency == charges.front().currency;
  });
}

bool stands(const Order& order) {
  return order.status == "confirmed" || order.status == "cancelled";
}
bool came_to_nothing(const Order& order) {
  return order.status == "declined" || order.status == "failed";
}

std::string held_by_payment(const Sale& sale) {
  if (!sale.payment) return "payment knows nothing of it";
  const auto& payment = *sale.payment;
  return "payment holds " + text(net_of(payment)) + " (" + payment.status + ", captured " +
         chassis::to_text(payment.captured) + ", refunded " + chassis::to_text(payment.refunded) +
         ")";
}

std::string held_by_bank(const std::vector<Charge>& charges) {
  if (charges.empty()) return "the bank knows no charge for it";
  std::string list;
  for (const auto& charge : charges) {
    list += (list.empty() ? "" : ", ") + charge.id;
  }
  return "the bank holds " + text(net_of(charges)) + " (charge " + list + ")";
}

// Each rule gives a sentence about what breaks it, or nothing.

std::string money_order(const Sale& sale) {
  if (!sale.order || !(stands(*sale.order) || came_to_nothing(*sale.order))) return {};
  const auto& order = *sale.order;
  const auto wanted =
      stands(order) ? Net{order.total.amount - order.refunded.amount, order.total.currency} : Net{};
  const auto held = sale.payment ? net_of(*sale.payment) : Net{};
  if (held == wanted) return {};
  const auto sum = stands(order) ? " (total " + chassis::to_text(order.total) + ", refunded " +
                                       chassis::to_text(order.refunded) + ")"
                                 : std::string{};
  return "order " + sale.id + " is " + order.status + sum + ", so " + text(wanted) +
         " should be held, but " + held_by_payment(sale);
}

std::string money_bank(const Sale& sale) {
  if (!sale.payment) return {};
  if (one_currency(sale.charges) && net_of(sale.charges) == net_of(*sale.payment)) return {};
  return "for " + sale.payment->owner_type + " " + sale.id + " " + held_by_payment(sale) +
         ", but " + held_by_bank(sale.charges);
}

std::string money_orphan(const Sale& sale) {
  if (!sale.payment) {
    if (net_of(sale.charges).amount <= 0) return {};
    return held_by_bank(sale.charges) + " under the reference " + sale.id +
           ", of which payment knows nothing";
  }
  if (sale.payment->owner_type != "order" || net_of(*sale.payment).amount <= 0) return {};
  if (!sale.order)
    return held_by_payment(sale) + " for order " + sale.id + ", which does not exist";
  if (stands(*sale.order) || came_to_nothing(*sale.order)) return {};  // money-order judges these
  return held_by_payment(sale) + " for order " + sale.id + ", which is " + sale.order->status +
         " and does not move";
}

std::string money_twice(const Sale& sale) {
  std::string list;
  int count = 0;
  for (const auto& charge : sale.charges) {
    if (charge.net() <= 0) continue;
    list += (count++ == 0 ? "" : " and ") + charge.id + " with " +
            text(Net{charge.net(), charge.currency});
  }
  if (count < 2) return {};
  return "the bank holds " + std::to_string(count) + " charges under the reference " + sale.id +
         ": " + list;
}

/// Empty when both name the same quantities of the same products; else the first difference.
std::string difference(const std::vector<Line>& ordered, const std::vector<Line>& reserved) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> pieces;
  for (const auto& line : ordered) pieces[line.product_id].first += line.quantity;
  for (const auto& line : reserved) pieces[line.product_id].second += line.quantity;
  for (const auto& [product_id, count] : pieces) {
    if (count.first == count.second) continue;
    return std::to_string(count.first) + " of product " + product_id + " ordered, " +
           std::to_string(count.second) + " reserved";
  }
  return {};
}

/// The reservation of an order that was confirmed, and maybe cancelled since.
std::string stock_of_sale(const Sale& sale) {
  const auto& order = *sale.order;
  const auto start = "order " + sale.id + " is " + order.status + ", but its reservation ";
  if (!sale.reservation) return start + "does not exist";
  const auto& reservation = *sale.reservation;
  if (reservation.state != "committed") return start + "is " + reservation.state;
  if (order.status == "confirmed" && reservation.returned) return start + "was returned";
  if (order.status == "cancelled" && !reservation.returned) {
    return start + "is committed and its pieces have not come back";
  }
  const auto other = difference(order.lines, reservation.lines);
  return other.empty() ? "" : start + "has other lines: " + other;
}

std::string stock_order(const Sale& sale) {
  const bool committed = sale.reservation && sale.reservation->state == "committed";
  if (!sale.order) {
    if (!committed) return {};
    return "the reservation of order " + sale.id + " is committed, but there is no such order";
  }
  if (stands(*sale.order)) return stock_of_sale(sale);
  if (!committed || sale.reservation->returned || sale.order->status == "cancelling") return {};
  return "order " + sale.id + " is " + sale.order->status +
         ", but its reservation is committed and its pieces have not come back";
}

void add(Mark& mark, const std::vector<Line>& lines) {
  for (const auto& line : lines) mark.add(line.product_id).add(line.quantity);
}

std::uint64_t mark_of(const Sale& sale) {
  Mark mark;
  if (const auto& order = sale.order) {
    mark.add("order").add(order->status).add(order->total.amount).add(order->total.currency);
    mark.add(order->refunded.amount).add(order->settled).add(order->updated_at);
    add(mark, order->lines);
  }
  if (const auto& payment = sale.payment) {
    mark.add("payment").add(payment->status).add(payment->captured.amount);
    mark.add(payment->refunded.amount).add(payment->settled).add(payment->updated_at);
  }
  if (const auto& reservation = sale.reservation) {
    mark.add("reservation").add(reservation->state).add(reservation->returned);
    mark.add(reservation->updated_at);
    add(mark, reservation->lines);
  }
  for (const auto& charge : sale.charges) {
    mark.add(charge.id).add(charge.captured).add(charge.refunded);
  }
  return mark.value();
}

std::optional<chassis::Time> changed_at(const Sale& sale) {
  std::optional<chassis::Time> last;
  const auto consider = [&](const auto& row) {
    if (row && (!last || row->updated_at > *last)) last = row->updated_at;
  };
  consider(sale.order);
  consider(sale.payment);
  consider(sale.reservation);
  return last;
}

}  // namespace

bool is_order_status(std::string_view text) {
  return text == "pending" || text == "confirmed" || text == "declined" || text == "failed" ||
         text == "cancelling" || text == "cancelled";
}

bool is_reservation_state(std::string_view text) {
  return text == "held" || text == "expired" || text == "committed" || text == "released";
}

std::vector<Violation> broken_rules(const Sale& sale, bool with_bank) {
  std::vector<Violation> broken;
  const auto judge = [&](Rule rule, std::string text) {
    if (!text.empty()) broken.push_back({rule, sale.id, std::move(text)});
  };
  judge(Rule::money_order, money_order(sale));
  if (with_bank) judge(Rule::money_bank, money_bank(sale));
  judge(Rule::money_orphan, money_orphan(sale));
  if (with_bank) judge(Rule::money_twice, money_twice(sale));
  judge(Rule::stock_order, stock_order(sale));
  return broken;
}

bool under_way(const Sale& sale, chassis::Time now) {
  const auto unsettled = [&](const auto& row) {
    return row && !row->settled && now - row->updated_at < stuck_after;
  };
  return unsettled(sale.order) || unsettled(sale.payment);
}

Sight sight_of(const Sale& sale, bool with_bank, chassis::Time now) {
  return {sale.id, broken_rules(sale, with_bank), under_way(sale, now), changed_at(sale),
          mark_of(sale)};
}

}  // namespace audit
