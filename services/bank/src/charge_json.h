#pragma once

#include "charge.h"
#include "chassis/json.h"

namespace bank {

/// The answer to a look-up.
struct ChargeList {
  std::vector<Charge> items;
};

}  // namespace bank

template <>
struct chassis::Fields<bank::ChargeDraft> {
  using Draft = bank::ChargeDraft;
  static constexpr auto list = std::make_tuple(
      field("token", &Draft::token, length(1, 100)), field("amount", &Draft::amount),
      field("reference", &Draft::reference, length(1, bank::reference_max)));
};

template <>
struct chassis::Fields<bank::Charge> {
  using Charge = bank::Charge;
  static constexpr auto list = std::make_tuple(
      field("id", &Charge::id), field("reference", &Charge::reference),
      field("status", &Charge::status), field("decline_reason", &Charge::decline_reason),
      field("amount", &Charge::amount), field("refunded", &Charge::refunded),
      field("brand", &Charge::brand), field("last4", &Charge::last4),
      field("created_at", &Charge::created_at));
};

template <>
struct chassis::Fields<bank::ChargeList> {
  static constexpr auto list = std::make_tuple(field("items", &bank::ChargeList::items));
};

template <>
struct chassis::Fields<bank::RefundDraft> {
  static constexpr auto list = std::make_tuple(field("amount", &bank::RefundDraft::amount));
};

template <>
struct chassis::Fields<bank::Refund> {
  using Refund = bank::Refund;
  static constexpr auto list =
      std::make_tuple(field("id", &Refund::id), field("charge_id", &Refund::charge_id),
                      field("amount", &Refund::amount), field("created_at", &Refund::created_at));
};
