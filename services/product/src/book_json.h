#pragma once

#include "book.h"
#include "chassis/json.h"
#include "reservation_json.h"

template <>
struct chassis::Fields<product::StockRow> {
  using Row = product::StockRow;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Row::product_id), field("initial", &Row::initial),
                      field("received", &Row::received), field("sold", &Row::sold),
                      field("returned", &Row::returned), field("adjusted", &Row::adjusted),
                      field("on_hand", &Row::on_hand), field("reserved", &Row::reserved),
                      field("held", &Row::held));
};

template <>
struct chassis::Fields<product::ReservationRow> {
  using Row = product::ReservationRow;
  static constexpr auto list =
      std::make_tuple(field("order_id", &Row::order_id), field("state", &Row::state),
                      field("returned", &Row::returned), field("lines", &Row::lines),
                      field("updated_at", &Row::updated_at));
};
