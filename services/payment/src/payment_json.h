#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bank_form.h"
#include "chassis/json.h"
#include "payment.h"
#include "payment_store.h"
#include "record.h"

namespace payment {

/// The body of a refund.
struct RefundDraft {
  chassis::Money amount;
};

/// What DELETE answers: what went back to the card, also when it did so before.
struct TakenBack {
  std::string owner_id;
  std::string status;
  chassis::Money refunded;
};

/// The answer to a question whose outcome is not known yet.
struct NotKnownYet {
  std::optional<std::string> id;
  std::string owner_id;
  std::string status = "pending";
};

struct BookPage {
  std::vector<BookEntry> items;
  std::optional<std::string> next_cursor;
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

template <>
struct chassis::Fields<payment::BookEntry> {
  using Entry = payment::BookEntry;
  static constexpr auto list =
      std::make_tuple(field("owner_id", &Entry::owner_id), field("owner_type", &Entry::owner_type),
                      field("status", &Entry::status), field("captured", &Entry::captured),
                      field("refunded", &Entry::refunded), field("settled", &Entry::settled),
                      field("updated_at", &Entry::updated_at));
};

template <>
struct chassis::Fields<payment::BookPage> {
  using Page = payment::BookPage;
  static constexpr auto list = std::make_tuple(field("items", &Page::items),
                                               field("next_cursor", &Page::next_cursor, nullable));
};

template <>
struct chassis::Fields<payment::Record> {
  using Record = payment::Record;
  static constexpr auto list = std::make_tuple(
      field("number", &Record::number), field("kind", &Record::kind),
      field("owner_id", &Record::owner_id), field("owner_type", &Record::owner_type),
      field("user_id", &Record::user_id), field("amount", &Record::amount, nullable),
      field("refund_id", &Record::refund_id, nullable), field("brand", &Record::brand, nullable),
      field("last4", &Record::last4, nullable),
      field("bank_reference", &Record::bank_reference, nullable), field("actor", &Record::actor),
      field("at", &Record::at), field("digest", &Record::digest), field("intact", &Record::intact));
};

template <>
struct chassis::Fields<payment::CardField> {
  using Card = payment::CardField;
  static constexpr auto list = std::make_tuple(
      field("name", &Card::name), field("label", &Card::label),
      field("autocomplete", &Card::autocomplete), field("inputmode", &Card::inputmode),
      field("pattern", &Card::pattern), field("placeholder", &Card::placeholder),
      field("max_length", &Card::max_length));
};

template <>
struct chassis::Fields<payment::CardForm> {
  using Form = payment::CardForm;
  static constexpr auto list =
      std::make_tuple(field("tokenise_url", &Form::tokenise_url), field("fields", &Form::fields));
};
