#include "cart_json.h"

#include "chassis/json.h"

namespace frontend {
namespace {

struct Quantity {
  std::int64_t quantity = 0;
};

struct Merge {
  std::string guest_id;
};

}  // namespace
}  // namespace frontend

template <>
struct chassis::Fields<frontend::CartLine> {
  using Line = frontend::CartLine;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Line::product_id, uuid), field("name", &Line::name),
                      field("quantity", &Line::quantity), field("unit_price", &Line::unit_price),
                      field("line_total", &Line::line_total), field("available", &Line::available));
};

template <>
struct chassis::Fields<frontend::Cart> {
  static constexpr auto list = std::make_tuple(field("items", &frontend::Cart::items),
                                               field("total", &frontend::Cart::total));
};

template <>
struct chassis::Fields<frontend::Quantity> {
  static constexpr auto list = std::make_tuple(field("quantity", &frontend::Quantity::quantity));
};

template <>
struct chassis::Fields<frontend::Merge> {
  static constexpr auto list = std::make_tuple(field("guest_id", &frontend::Merge::guest_id));
};

namespace frontend {

std::string quantity_json(std::int64_t quantity) { return chassis::to_json(Quantity{quantity}); }

std::string merge_json(const std::string& guest_id) { return chassis::to_json(Merge{guest_id}); }

Cart read_cart(std::string_view json) {
  try {
    return chassis::from_json<Cart>(json, chassis::Unknown::ignore);
  } catch (const chassis::Error&) {
    throw chassis::Error{chassis::ErrorCode::unavailable, "the carts gave no usable answer"};
  }
}

}  // namespace frontend
