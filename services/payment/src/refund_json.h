#pragma once

#include "chassis/json.h"
#include "refund.h"

namespace payment {

/// The body of a refund.
struct RefundDraft {
  chassis::Money amount;
};

}  // namespace payment

template <>
struct chassis::Fields<payment::RefundDraft> {
  static constexpr auto list = std::make_tuple(field("amount", &payment::RefundDraft::amount));
};

template <>
struct chassis::Fields<payment::Refund> {
  using Refund = payment::Refund;
  static constexpr auto list =
      std::make_tuple(field("id", &Refund::id), field("owner_id", &Refund::owner_id),
                      field("amount", &Refund::amount), field("status", &Refund::status));
};
