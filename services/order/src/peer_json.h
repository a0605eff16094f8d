#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chassis/json.h"
#include "stock.h"

namespace order {

/// {"items": [...]} of GET /internal/products.
struct GoodsList {
  std::vector<Goods> items;
};

/// Reads a peer's answer, which is not trusted: what is missing, malformed or out of range throws
/// Error{unavailable}; members that are not known are passed over.
template <typename Answer>
Answer read_answer(std::string_view json, const std::string& peer) {
  try {
    return chassis::from_json<Answer>(json, chassis::Unknown::ignore);
  } catch (const chassis::Error&) {
    throw chassis::Error{chassis::ErrorCode::unavailable, peer + " gave no usable answer"};
  }
}

}  // namespace order

template <>
struct chassis::Fields<order::Goods> {
  using Goods = order::Goods;
  static constexpr auto list = std::make_tuple(
      field("id", &Goods::product_id, uuid),
      field("name", &Goods::name, length(1, order::name_max)), field("price", &Goods::unit_price),
      field("stock", &Goods::available, range(0, 1'000'000'000)));
};

template <>
struct chassis::Fields<order::GoodsList> {
  static constexpr auto list =
      std::make_tuple(field("items", &order::GoodsList::items, length(0, order::lines_max)));
};
