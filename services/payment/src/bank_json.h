#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/money.h"
#include "payment.h"

namespace payment {

// The bank's forms, as its API describes them. What an answer may hold is narrow, so that nothing
// strange, such as a card number, gets into our books.

struct BankChargeDraft {
  std::string token;
  chassis::Money amount;
  std::string reference;
};

struct BankCharge {
  std::string id;
  std::string reference;
  std::string status;
  std::optional<std::string> decline_reason;
  chassis::Money amount;
  std::optional<chassis::Money> refunded;
  std::string brand;
  std::string last4;
};

struct BankChargeList {
  std::vector<BankCharge> items;
};

struct BankRefundDraft {
  chassis::Money amount;
};

struct BankRefund {
  std::string id;
  std::string charge_id;
  chassis::Money amount;
};

inline bool is_bank_id(std::string_view text) {
  constexpr std::size_t longest = 100;
  return !text.empty() && text.size() <= longest && !looks_like_card_number(text) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_';
         });
}

inline bool is_brand(std::string_view text) {
  constexpr std::size_t longest = 30;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == '-';
         });
}

inline bool is_last4(std::string_view text) {
  constexpr std::size_t digits = 4;
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace payment

template <>
struct chassis::Fields<payment::BankChargeDraft> {
  using Draft = payment::BankChargeDraft;
  static constexpr auto list =
      std::make_tuple(field("token", &Draft::token), field("amount", &Draft::amount),
                      field("reference", &Draft::reference));
};

template <>
struct chassis::Fields<payment::BankCharge> {
  using Charge = payment::BankCharge;
  static constexpr auto list =
      std::make_tuple(field("id", &Charge::id, matches(payment::is_bank_id, "an id")),
                      field("reference", &Charge::reference), field("status", &Charge::status),
                      field("decline_reason", &Charge::decline_reason),
                      field("amount", &Charge::amount), field("refunded", &Charge::refunded),
                      field("brand", &Charge::brand, matches(payment::is_brand, "a card's brand")),
                      field("last4", &Charge::last4, matches(payment::is_last4, "four digits")));
};

template <>
struct chassis::Fields<payment::BankChargeList> {
  static constexpr auto list = std::make_tuple(field("items", &payment::BankChargeList::items));
};

template <>
struct chassis::Fields<payment::BankRefundDraft> {
  static constexpr auto list = std::make_tuple(field("amount", &payment::BankRefundDraft::amount));
};

template <>
struct chassis::Fields<payment::BankRefund> {
  using Refund = payment::BankRefund;
  static constexpr auto list =
      std::make_tuple(field("id", &Refund::id, matches(payment::is_bank_id, "an id")),
                      field("charge_id", &Refund::charge_id), field("amount", &Refund::amount));
};
