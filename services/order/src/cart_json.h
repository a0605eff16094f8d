#pragma once

#include <string>

#include "cart.h"
#include "chassis/json.h"

namespace order {

/// The body {"quantity": 2}.
struct LineDraft {
  std::int64_t quantity = 0;
};

/// The body {"guest_id": "..."}.
struct MergeDraft {
  std::string guest_id;
};

}  // namespace order

template <>
struct chassis::Fields<order::LineDraft> {
  static constexpr auto list = std::make_tuple(
      field("quantity", &order::LineDraft::quantity, range(1, order::quantity_max)));
};

template <>
struct chassis::Fields<order::MergeDraft> {
  static constexpr auto list =
      std::make_tuple(field("guest_id", &order::MergeDraft::guest_id, uuid));
};

template <>
struct chassis::Fields<order::CartItem> {
  using Item = order::CartItem;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Item::product_id), field("name", &Item::name),
                      field("quantity", &Item::quantity), field("unit_price", &Item::unit_price),
                      field("line_total", &Item::line_total), field("available", &Item::available));
};

template <>
struct chassis::Fields<order::PricedCart> {
  using Cart = order::PricedCart;
  static constexpr auto list = std::make_tuple(
      field("items", &Cart::items), field("total", &Cart::total), field("version", &Cart::version));
};
