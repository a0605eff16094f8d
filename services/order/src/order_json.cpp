#include "order_json.h"

#include <algorithm>

namespace order {
namespace {

using chassis::Money;
using chassis::Time;

struct ItemView {
  std::string product_id;
  std::string name;
  std::int64_t quantity = 0;
  Money unit_price;
  Money line_total;
};

struct ProblemView {
  std::string type;
  std::string detail;
};

struct OrderView {
  std::string id;
  std::string status;
  std::vector<ItemView> items;
  Money total;
  std::optional<Payment> payment;
  std::optional<ShipTo> ship_to;
  std::optional<ProblemView> problem;
  Time created_at;
  std::optional<Time> confirmed_at;
  std::optional<Time> cancelled_at;
  std::optional<Money> refund;
};

struct CardView {
  std::string brand;
  std::string last4;
  std::string bank_reference;
};

struct EventView {
  std::string order_id;
  Buyer buyer;
  std::vector<ItemView> lines;
  std::int64_t tax_percent = 0;
  Money tax;
  Money total;
  std::optional<CardView> payment;
  std::optional<ShipTo> ship_to;
  std::optional<Time> confirmed_at;
  std::optional<Time> cancelled_at;
  std::optional<Money> refund;
};

struct BookLine {
  std::string product_id;
  std::int64_t quantity = 0;
};

struct BookEntry {
  std::string order_id;
  std::string status;
  Money total;
  Money refunded;
  std::vector<BookLine> lines;
  bool settled = false;
  Time updated_at;
};

std::vector<ItemView> items_of(const Order& order) {
  std::vector<ItemView> items;
  for (const auto& line : order.lines) {
    items.push_back({line.product_id, line.name, line.quantity, line.unit_price, total_of(line)});
  }
  return items;
}

}  // namespace
}  // namespace order

template <>
struct chassis::Fields<order::ItemView> {
  using Item = order::ItemView;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Item::product_id), field("name", &Item::name),
                      field("quantity", &Item::quantity), field("unit_price", &Item::unit_price),
                      field("line_total", &Item::line_total));
};

template <>
struct chassis::Fields<order::Payment> {
  using Payment = order::Payment;
  static constexpr auto list = std::make_tuple(
      field("status", &Payment::status), field("brand", &Payment::brand),
      field("last4", &Payment::last4), field("bank_reference", &Payment::bank_reference));
};

template <>
struct chassis::Fields<order::ProblemView> {
  using Problem = order::ProblemView;
  static constexpr auto list =
      std::make_tuple(field("type", &Problem::type), field("detail", &Problem::detail));
};

template <>
struct chassis::Fields<order::OrderView> {
  using Order = order::OrderView;
  static constexpr auto list = std::make_tuple(
      field("id", &Order::id), field("status", &Order::status), field("items", &Order::items),
      field("total", &Order::total), field("payment", &Order::payment, nullable),
      field("ship_to", &Order::ship_to, nullable), field("problem", &Order::problem, nullable),
      field("created_at", &Order::created_at),
      field("confirmed_at", &Order::confirmed_at, nullable),
      field("cancelled_at", &Order::cancelled_at, nullable),
      field("refund", &Order::refund, nullable));
};

template <>
struct chassis::Fields<order::Buyer> {
  using Buyer = order::Buyer;
  static constexpr auto list =
      std::make_tuple(field("user_id", &Buyer::user_id), field("name", &Buyer::name),
                      field("email", &Buyer::email));
};

template <>
struct chassis::Fields<order::CardView> {
  using Card = order::CardView;
  static constexpr auto list =
      std::make_tuple(field("brand", &Card::brand), field("last4", &Card::last4),
                      field("bank_reference", &Card::bank_reference));
};

template <>
struct chassis::Fields<order::EventView> {
  using Event = order::EventView;
  static constexpr auto list = std::make_tuple(
      field("order_id", &Event::order_id), field("buyer", &Event::buyer),
      field("lines", &Event::lines), field("tax_percent", &Event::tax_percent),
      field("tax", &Event::tax), field("total", &Event::total), field("payment", &Event::payment),
      field("ship_to", &Event::ship_to), field("confirmed_at", &Event::confirmed_at),
      field("cancelled_at", &Event::cancelled_at), field("refund", &Event::refund));
};

template <>
struct chassis::Fields<order::BookLine> {
  using Line = order::BookLine;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Line::product_id), field("quantity", &Line::quantity));
};

template <>
struct chassis::Fields<order::BookEntry> {
  using Entry = order::BookEntry;
  static constexpr auto list =
      std::make_tuple(field("order_id", &Entry::order_id), field("status", &Entry::status),
                      field("total", &Entry::total), field("refunded", &Entry::refunded),
                      field("lines", &Entry::lines), field("settled", &Entry::settled),
                      field("updated_at", &Entry::updated_at));
};

namespace order {

std::string order_json(const Order& order) {
  OrderView view{.id = order.id,
                 .status = name(order.status),
                 .items = items_of(order),
                 .total = order.total,
                 .payment = order.payment,
                 .ship_to = order.ship_to,
                 .problem = {},
                 .created_at = order.created_at,
                 .confirmed_at = order.confirmed_at,
                 .cancelled_at = order.cancelled_at,
                 .refund = order.refund};
  if (order.problem) {
    view.problem = {"urn:serai:problem:" + order.problem->type(), order.problem->what()};
  }
  return chassis::to_json(view);
}

std::string event_json(const Order& order, const Buyer& buyer) {
  EventView view{.order_id = order.id,
                 .buyer = buyer,
                 .lines = items_of(order),
                 .tax_percent = order.tax_percent,
                 .tax = tax_within(order.total, order.tax_percent),
                 .total = order.total,
                 .payment = {},
                 .ship_to = order.ship_to,
                 .confirmed_at = order.confirmed_at,
                 .cancelled_at = order.cancelled_at,
                 .refund = order.refund};
  if (order.payment) {
    view.payment = {order.payment->brand, order.payment->last4, order.payment->bank_reference};
  }
  return chassis::to_json(view);
}

std::string book_json(const Order& order) {
  BookEntry entry{.order_id = order.id,
                  .status = name(order.status),
                  .total = order.total,
                  .refunded = order.refund.value_or(Money{0, order.total.currency}),
                  .lines = {},
                  .settled = !is_under_way(order),
                  .updated_at = order.updated_at};
  for (const auto& line : order.lines) entry.lines.push_back({line.product_id, line.quantity});
  return chassis::to_json(entry);
}

std::string list_json(const std::vector<Order>& orders, std::int64_t limit,
                      std::string (*item)(const Order&),
                      const std::function<std::string(const Order&)>& cursor) {
  constexpr std::size_t bytes_max = 124 * 1024;  // of an answer's 128 KiB
  chassis::JsonWriter json;
  json.begin_object();
  json.key("items");
  json.begin_array();
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (; count < orders.size() && count < static_cast<std::size_t>(limit); ++count) {
    const auto text = item(orders[count]);
    bytes += text.size() + 1;
    if (bytes > bytes_max && count > 0) break;
    json.raw(text);
  }
  json.end_array();
  json.key("next_cursor");
  if (count < orders.size() && count > 0) {
    json.text(cursor(orders[count - 1]));
  } else {
    json.null();
  }
  json.end_object();
  return json.take();
}

}  // namespace order
