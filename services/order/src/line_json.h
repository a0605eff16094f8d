#pragma once

#include "chassis/json.h"
#include "line.h"

template <>
struct chassis::Fields<order::Line> {
  using Line = order::Line;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Line::product_id, uuid),
                      field("name", &Line::name, length(1, order::name_max)),
                      field("quantity", &Line::quantity, range(1, order::quantity_max)),
                      field("unit_price", &Line::unit_price));
};
