#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chassis/json.h"
#include "reservation.h"

namespace product {

/// The body {"lines": [...]}.
struct ReservationDraft {
  std::vector<Want> lines;
};

/// What matters here of order.cancelled.
struct CancelledOrder {
  std::string order_id;
};

}  // namespace product

template <>
struct chassis::Fields<product::CancelledOrder> {
  static constexpr auto list =
      std::make_tuple(field("order_id", &product::CancelledOrder::order_id, uuid));
};

template <>
struct chassis::Fields<product::Want> {
  using Want = product::Want;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Want::product_id, uuid),
                      field("quantity", &Want::quantity, range(1, product::quantity_max)));
};

template <>
struct chassis::Fields<product::ReservationDraft> {
  static constexpr auto list = std::make_tuple(
      field("lines", &product::ReservationDraft::lines, length(1, product::lines_max)));
};

template <>
struct chassis::Fields<product::ReservedLine> {
  using Line = product::ReservedLine;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Line::product_id), field("name", &Line::name),
                      field("quantity", &Line::quantity), field("unit_price", &Line::unit_price));
};

template <>
struct chassis::Fields<product::Reservation> {
  using Reservation = product::Reservation;
  static constexpr auto list = std::make_tuple(
      field("order_id", &Reservation::order_id), field("state", &Reservation::state),
      field("expires_at", &Reservation::expires_at), field("lines", &Reservation::lines),
      field("total", &Reservation::total));
};
