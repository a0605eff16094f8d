#pragma once

#include <string>

#include "checkout.h"
#include "line_json.h"
#include "order_json.h"

namespace order {

/// What the saga needs besides the order itself. The card's token is nowhere else, and gone with
/// the saga's data once that has ended.
struct CheckoutData {
  std::string card_token;
  chassis::Money expected_total;
};

/// Error{conflict} of type "price-changed" whose members `total` and `lines` say what is asked now.
chassis::Error price_changed(const Reservation& reservation);

}  // namespace order

template <>
struct chassis::Fields<order::OrderDraft> {
  using Draft = order::OrderDraft;
  static constexpr auto list = std::make_tuple(
      field("card_token", &Draft::card_token, length(1, 200)),
      field("expected_total", &Draft::expected_total), field("ship_to", &Draft::ship_to));
};

template <>
struct chassis::Fields<order::CheckoutData> {
  using Data = order::CheckoutData;
  static constexpr auto list = std::make_tuple(field("card_token", &Data::card_token),
                                               field("expected_total", &Data::expected_total));
};

template <>
struct chassis::Fields<order::Reservation> {
  using Reservation = order::Reservation;
  static constexpr auto list =
      std::make_tuple(field("total", &Reservation::total),
                      field("lines", &Reservation::lines, length(1, order::lines_max)));
};
