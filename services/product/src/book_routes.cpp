#include "book_routes.h"

#include <algorithm>

#include "book_json.h"
#include "chassis/id.h"
#include "chassis/page.h"

namespace product {
namespace {

using chassis::Error;
using chassis::FieldError;
using chassis::PageRequest;
using chassis::Request;
using chassis::Response;

constexpr std::int64_t limit_max = 500;
constexpr std::int64_t limit_usual = 200;
constexpr std::size_t lines_a_page = 5'000;
constexpr std::size_t page_bytes_max = 1'000'000;  // a peer reads at once, and at most a MiB

/// Where a page of a book begins and how long it may be: longer than those of other lists.
PageRequest page_of(const Request& request, const std::string& book) {
  Request place;
  if (const auto cursor = request.query.text("cursor", 1'000)) place.query.add("cursor", *cursor);
  auto page = chassis::page_request(place, book);
  page.limit = request.query.integer("limit", 1, limit_max).value_or(limit_usual);
  if (!page.after.empty() && (page.after.size() > 1 || !chassis::is_uuid(page.after[0]))) {
    throw Error{std::vector{FieldError{"?cursor", "does not belong to this book"}}};
  }
  return page;
}

std::string after(const PageRequest& page) { return page.after.empty() ? "" : page.after[0]; }

/// How many of the rows fit into one page, at least one.
std::int64_t fitting(const std::vector<ReservationRow>& rows) {
  std::size_t lines = 0;
  const auto end = std::find_if(rows.begin(), rows.end(), [&](const ReservationRow& row) {
    return (lines += row.lines.size()) > lines_a_page;
  });
  return std::max<std::int64_t>(end - rows.begin(), 1);
}

Response read_stock(Books& books, const PageRequest& page, const std::string& book) {
  return chassis::ok(
      chassis::page_json(books.stock(after(page), page.limit + 1), page, book,
                         [](const StockRow& row) { return std::vector{row.product_id}; }));
}

Response read_reservations(Books& books, PageRequest page, const std::string& book) {
  auto rows = books.reservations(after(page), page.limit + 1);
  page.limit = std::min(page.limit, fitting(rows));
  return chassis::ok(chassis::page_json(std::move(rows), page, book, [](const ReservationRow& row) {
    return std::vector{row.order_id};
  }));
}

Response read_book(const Request& request, Books& books) {
  request.query.only({"book", "cursor", "limit"});
  const auto book = request.query.one_of("book", {"stock", "reservations"});
  if (!book) throw Error{std::vector{FieldError{"?book", "must be stock or reservations"}}};
  const auto page = page_of(request, *book);
  return *book == "stock" ? read_stock(books, page, *book) : read_reservations(books, page, *book);
}

}  // namespace

chassis::Routes book_routes(const std::shared_ptr<Books>& books) {
  chassis::Route route{chassis::Method::get, "/internal/books", chassis::Access::internal,
                       [=](const Request& request) { return read_book(request, *books); }};
  route.answer_max = page_bytes_max;
  return {std::move(route)};
}

}  // namespace product
