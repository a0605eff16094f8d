#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "checkout_json.h"
#include "stock.h"

namespace order {

/// {"items": [...]} of GET /internal/products.
struct GoodsList {
  std::vector<Goods> items;
};

/// {"lines": [...]} of PUT /internal/reservations/{order_id}.
struct Want {
  std::string product_id;
  std::int64_t quantity = 0;
};
struct WantList {
  std::vector<Want> lines;
};

/// {"lines": [...]} of what is out of stock.
struct ShortLine {
  std::string product_id;
  std::int64_t requested = 0;
  std::int64_t available = 0;
};
struct ShortLines {
  std::vector<ShortLine> lines;
};

/// The body of PUT /internal/payments/{owner_id}.
struct PaymentDraft {
  std::string owner_type;
  std::string user_id;
  chassis::Money amount;
  std::string card_token;
};

struct Captured {
  std::string owner_id;
  std::string status;
  chassis::Money amount;
  std::string brand;
  std::string last4;
  std::string bank_reference;
};

struct Voided {
  std::string owner_id;
  std::string status;
};

struct RefundDraft {
  chassis::Money amount;
};

struct Refunded {
  std::string owner_id;
  std::string status;
  chassis::Money amount;
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

inline bool is_four_digits(std::string_view text) {
  return text.size() == 4 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
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

template <>
struct chassis::Fields<order::Want> {
  static constexpr auto list = std::make_tuple(field("product_id", &order::Want::product_id),
                                               field("quantity", &order::Want::quantity));
};

template <>
struct chassis::Fields<order::WantList> {
  static constexpr auto list = std::make_tuple(field("lines", &order::WantList::lines));
};

template <>
struct chassis::Fields<order::ShortLine> {
  using Line = order::ShortLine;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Line::product_id, uuid),
                      field("requested", &Line::requested, range(1, order::quantity_max)),
                      field("available", &Line::available, range(0, 1'000'000'000)));
};

template <>
struct chassis::Fields<order::ShortLines> {
  static constexpr auto list =
      std::make_tuple(field("lines", &order::ShortLines::lines, length(1, order::lines_max)));
};

template <>
struct chassis::Fields<order::PaymentDraft> {
  using Draft = order::PaymentDraft;
  static constexpr auto list =
      std::make_tuple(field("owner_type", &Draft::owner_type), field("user_id", &Draft::user_id),
                      field("amount", &Draft::amount), field("card_token", &Draft::card_token));
};

template <>
struct chassis::Fields<order::Captured> {
  using Captured = order::Captured;
  static constexpr auto list = std::make_tuple(
      field("owner_id", &Captured::owner_id, uuid), field("status", &Captured::status),
      field("amount", &Captured::amount), field("brand", &Captured::brand, length(1, 40)),
      field("last4", &Captured::last4, matches(order::is_four_digits, "four digits")),
      field("bank_reference", &Captured::bank_reference, length(1, 100)));
};

template <>
struct chassis::Fields<order::Voided> {
  static constexpr auto list = std::make_tuple(field("owner_id", &order::Voided::owner_id, uuid),
                                               field("status", &order::Voided::status));
};

template <>
struct chassis::Fields<order::RefundDraft> {
  static constexpr auto list = std::make_tuple(field("amount", &order::RefundDraft::amount));
};

template <>
struct chassis::Fields<order::Refunded> {
  using Refunded = order::Refunded;
  static constexpr auto list =
      std::make_tuple(field("owner_id", &Refunded::owner_id, uuid),
                      field("status", &Refunded::status), field("amount", &Refunded::amount));
};
