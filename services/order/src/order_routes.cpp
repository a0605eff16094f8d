#include "order_routes.h"

#include "chassis/id.h"
#include "chassis/page.h"
#include "order_json.h"

namespace order {
namespace {

using chassis::Error;
using chassis::FieldError;
using chassis::PageRequest;
using chassis::Request;
using chassis::Response;

constexpr auto newest_first = "newest orders first";
constexpr auto in_the_book = "orders by id";

/// Behind which order a page begins; empty for the first page.
std::string after(const PageRequest& page) {
  if (page.after.empty()) return {};
  if (page.after.size() != 1 || !chassis::is_uuid(page.after[0])) {
    throw Error{std::vector{FieldError{"?cursor", "does not belong to this list"}}};
  }
  return page.after[0];
}

Response list_orders(const Request& request, Orders& orders) {
  request.query.only({"limit", "cursor"});
  const auto page = chassis::page_request(request, newest_first);
  const auto found = orders.list(request.caller().user_id, after(page), page.limit + 1);
  return chassis::ok(list_json(found, page.limit, order_json, [](const Order& last) {
    return chassis::cursor({last.id}, newest_first);
  }));
}

Response get_order(const Request& request, Orders& orders) {
  const auto order = orders.find(request.caller().user_id, request.uuid("id"));
  return chassis::with_etag(request, chassis::ok(order_json(order)),
                            chassis::etag_of(order.version));
}

Response get_book(const Request& request, Orders& orders) {
  constexpr std::int64_t limit_max = 500;
  constexpr std::int64_t limit_usual = 200;
  request.query.only({"book", "limit", "cursor"});
  if (request.query.one_of("book", {"orders"}) != "orders") {
    throw Error{std::vector{FieldError{"?book", "must be orders"}}};
  }
  const auto limit = request.query.integer("limit", 1, limit_max).value_or(limit_usual);
  Request place;  // a page of the books is longer than those of other lists
  if (const auto cursor = request.query.text("cursor", 1000)) place.query.add("cursor", *cursor);
  const auto found = orders.all(after(chassis::page_request(place, in_the_book)), limit + 1);
  return chassis::ok(list_json(found, limit, book_json, [](const Order& last) {
    return chassis::cursor({last.id}, in_the_book);
  }));
}

}  // namespace

chassis::Routes order_routes(const std::shared_ptr<Orders>& orders) {
  using chassis::Access;
  using chassis::Method;
  return {
      {Method::get, "/v1/orders", Access::user,
       [=](const Request& request) { return list_orders(request, *orders); }},
      {Method::get, "/v1/orders/{id}", Access::user,
       [=](const Request& request) { return get_order(request, *orders); }},
      {Method::get, "/internal/books", Access::internal,
       [=](const Request& request) { return get_book(request, *orders); }},
  };
}

}  // namespace order
