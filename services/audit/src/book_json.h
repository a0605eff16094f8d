#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "book.h"
#include "chassis/json.h"
#include "event.h"
#include "ledger.h"
#include "saga.h"
#include "sale.h"
#include "stock.h"

namespace audit {

/// A page as services answer it.
template <typename Row>
struct PageJson {
  std::vector<Row> items;
  std::optional<std::string> next_cursor;
};

/// What an inbox says besides its rows.
struct InboxJson {
  std::vector<std::string> consumes;
};

/// Throws Error{invalid} naming the fields that are wrong. Members added later are ignored.
template <typename Row>
Page<Row> read_page(std::string_view json) {
  auto page = chassis::from_json<PageJson<Row>>(json, chassis::Unknown::ignore);
  return {std::move(page.items), page.next_cursor.value_or("")};
}

}  // namespace audit

template <typename Row>
struct chassis::Fields<audit::PageJson<Row>> {
  using Page = audit::PageJson<Row>;
  static constexpr auto list =
      std::make_tuple(field("items", &Page::items), field("next_cursor", &Page::next_cursor));
};

template <>
struct chassis::Fields<audit::InboxJson> {
  static constexpr auto list = std::make_tuple(field("consumes", &audit::InboxJson::consumes));
};

template <>
struct chassis::Fields<audit::Line> {
  using Line = audit::Line;
  static constexpr auto list = std::make_tuple(field("product_id", &Line::product_id, uuid),
                                               field("quantity", &Line::quantity));
};

template <>
struct chassis::Fields<audit::Order> {
  using Order = audit::Order;
  static constexpr auto list = std::make_tuple(
      field("order_id", &Order::id, uuid),
      field("status", &Order::status, matches(audit::is_order_status, "a status of orders")),
      field("total", &Order::total), field("refunded", &Order::refunded),
      field("lines", &Order::lines), field("settled", &Order::settled),
      field("updated_at", &Order::updated_at));
};

template <>
struct chassis::Fields<audit::Payment> {
  using Payment = audit::Payment;
  static constexpr auto list = std::make_tuple(
      field("owner_id", &Payment::id, uuid), field("owner_type", &Payment::owner_type),
      field("status", &Payment::status), field("captured", &Payment::captured),
      field("refunded", &Payment::refunded), field("settled", &Payment::settled),
      field("updated_at", &Payment::updated_at));
};

template <>
struct chassis::Fields<audit::Reservation> {
  using Reservation = audit::Reservation;
  static constexpr auto list = std::make_tuple(
      field("order_id", &Reservation::id, uuid),
      field("state", &Reservation::state,
            matches(audit::is_reservation_state, "a state of reservations")),
      field("returned", &Reservation::returned), field("lines", &Reservation::lines),
      field("updated_at", &Reservation::updated_at));
};

template <>
struct chassis::Fields<audit::Entry> {
  using Entry = audit::Entry;
  static constexpr auto list = std::make_tuple(
      field("id", &Entry::id),
      field("entry", &Entry::entry, matches(audit::is_ledger_entry, "capture or refund")),
      field("charge_id", &Entry::charge_id), field("reference", &Entry::reference),
      field("amount", &Entry::amount));
};

template <>
struct chassis::Fields<audit::Stock> {
  using Stock = audit::Stock;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Stock::id, uuid), field("initial", &Stock::initial),
                      field("received", &Stock::received), field("sold", &Stock::sold),
                      field("returned", &Stock::returned), field("adjusted", &Stock::adjusted),
                      field("on_hand", &Stock::on_hand), field("reserved", &Stock::reserved),
                      field("held", &Stock::held));
};

template <>
struct chassis::Fields<audit::OutboxEvent> {
  using Event = audit::OutboxEvent;
  static constexpr auto list =
      std::make_tuple(field("id", &Event::id, uuid), field("type", &Event::type),
                      field("time", &Event::time), field("sent", &Event::sent));
};

template <>
struct chassis::Fields<audit::InboxEvent> {
  static constexpr auto list = std::make_tuple(field("id", &audit::InboxEvent::id, uuid));
};

template <>
struct chassis::Fields<audit::DeadLetter> {
  using Letter = audit::DeadLetter;
  static constexpr auto list =
      std::make_tuple(field("id", &Letter::id, uuid), field("event_id", &Letter::event_id),
                      field("type", &Letter::type), field("attempts", &Letter::attempts),
                      field("error", &Letter::error), field("died_at", &Letter::died_at),
                      field("replayed_at", &Letter::replayed_at));
};

template <>
struct chassis::Fields<audit::Saga> {
  using Saga = audit::Saga;
  static constexpr auto list =
      std::make_tuple(field("kind", &Saga::kind), field("id", &Saga::id),
                      field("state", &Saga::state), field("step", &Saga::step),
                      field("attempts", &Saga::attempts), field("started_at", &Saga::started_at));
};
