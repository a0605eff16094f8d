#include "order_json.h"

#include "chassis/json.h"

namespace frontend {
namespace {

struct PlacedAnswer {
  std::string id;
};

struct ShortAnswer {
  std::vector<ShortLine> lines;
};

}  // namespace
}  // namespace frontend

template <>
struct chassis::Fields<frontend::OrderLine> {
  using Line = frontend::OrderLine;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Line::product_id, uuid), field("name", &Line::name),
                      field("quantity", &Line::quantity), field("unit_price", &Line::unit_price),
                      field("line_total", &Line::line_total));
};

template <>
struct chassis::Fields<frontend::OrderPayment> {
  using Payment = frontend::OrderPayment;
  static constexpr auto list =
      std::make_tuple(field("status", &Payment::status), field("brand", &Payment::brand),
                      field("last4", &Payment::last4));
};

template <>
struct chassis::Fields<frontend::Address> {
  using Address = frontend::Address;
  static constexpr auto list =
      std::make_tuple(field("name", &Address::name), field("street", &Address::street),
                      field("postcode", &Address::postcode), field("city", &Address::city),
                      field("country", &Address::country));
};

template <>
struct chassis::Fields<frontend::OrderProblem> {
  using Problem = frontend::OrderProblem;
  static constexpr auto list =
      std::make_tuple(field("type", &Problem::type), field("detail", &Problem::detail));
};

template <>
struct chassis::Fields<frontend::Order> {
  using Order = frontend::Order;
  static constexpr auto list = std::make_tuple(
      field("id", &Order::id, uuid), field("status", &Order::status), field("items", &Order::items),
      field("total", &Order::total), field("payment", &Order::payment),
      field("ship_to", &Order::ship_to), field("problem", &Order::problem),
      field("created_at", &Order::created_at), field("confirmed_at", &Order::confirmed_at),
      field("cancelled_at", &Order::cancelled_at), field("refund", &Order::refund));
};

template <>
struct chassis::Fields<frontend::OrderList> {
  using List = frontend::OrderList;
  static constexpr auto list =
      std::make_tuple(field("items", &List::items), field("next_cursor", &List::next_cursor));
};

template <>
struct chassis::Fields<frontend::Purchase> {
  using Purchase = frontend::Purchase;
  static constexpr auto list = std::make_tuple(field("card_token", &Purchase::card_token),
                                               field("expected_total", &Purchase::expected_total),
                                               field("ship_to", &Purchase::ship_to));
};

template <>
struct chassis::Fields<frontend::ShortLine> {
  using Line = frontend::ShortLine;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Line::product_id, uuid),
                      field("requested", &Line::requested), field("available", &Line::available));
};

template <>
struct chassis::Fields<frontend::PlacedAnswer> {
  static constexpr auto list = std::make_tuple(field("id", &frontend::PlacedAnswer::id, uuid));
};

template <>
struct chassis::Fields<frontend::ShortAnswer> {
  static constexpr auto list = std::make_tuple(field("lines", &frontend::ShortAnswer::lines));
};

namespace frontend {
namespace {

template <typename Answer>
Answer read(std::string_view json) {
  try {
    return chassis::from_json<Answer>(json, chassis::Unknown::ignore);
  } catch (const chassis::Error&) {
    throw chassis::Error{chassis::ErrorCode::unavailable, "the orders gave no usable answer"};
  }
}

}  // namespace

std::string purchase_json(const Purchase& purchase) { return chassis::to_json(purchase); }

Order read_order(std::string_view json) { return read<Order>(json); }
OrderList read_orders(std::string_view json) { return read<OrderList>(json); }
std::string read_order_id(std::string_view json) { return read<PlacedAnswer>(json).id; }

std::vector<ShortLine> read_short_lines(std::string_view json) {
  try {
    return read<ShortAnswer>(json).lines;
  } catch (const chassis::Error&) {
    return {};
  }
}

}  // namespace frontend
