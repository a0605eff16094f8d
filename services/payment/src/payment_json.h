#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chassis/json.h"
#include "payment.h"

namespace payment {

/// What DELETE answers: what went back to the card, also when it did so before.
struct TakenBack {
  std::string owner_id;
  std::string status;
  chassis::Money refunded;
};

/// The answer to a question whose outcome is not known yet.
struct NotKnownYet {
  std::string id;
  std::string owner_id;
  std::string status = "pending";
};

inline bool is_owner_type(std::string_view text) { return text == "order" || text == "booking"; }

}  // namespace payment

template <>
struct chassis::Fields<payment::Draft> {
  using Draft = payment::Draft;
  static constexpr auto list = std::make_tuple(
      field("owner_type", &Draft::owner_type, matches(payment::is_owner_type, "order or booking")),
      field("user_id", &Draft::user_id, uuid), field("amount", &Draft::amount),
      field("card_token", &Draft::card_token, length(1, payment::token_max)));
};

template <>
struct chassis::Fields<payment::Payment> {
  using Payment = payment::Payment;
  static constexpr auto list = std::make_tuple(
      field("id", &Payment::id), field("owner_id", &Payment::owner_id),
      field("owner_type", &Payment::owner_type), field("status", &Payment::status),
      field("amount", &Payment::amount), field("refunded", &Payment::refunded),
      field("brand", &Payment::brand, nullable), field("last4", &Payment::last4, nullable),
      field("bank_reference", &Payment::bank_reference, nullable),
      field("created_at", &Payment::created_at));
};

template <>
struct chassis::Fields<payment::TakenBack> {
  using Taken = payment::TakenBack;
  static constexpr auto list =
      std::make_tuple(field("owner_id", &Taken::owner_id), field("status", &Taken::status),
                      field("refunded", &Taken::refunded));
};

template <>
struct chassis::Fields<payment::NotKnownYet> {
  using Unknown = payment::NotKnownYet;
  static constexpr auto list =
      std::make_tuple(field("id", &Unknown::id), field("owner_id", &Unknown::owner_id),
                      field("status", &Unknown::status));
};
