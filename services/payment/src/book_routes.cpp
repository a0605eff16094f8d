#include "book_routes.h"

#include "book_json.h"
#include "chassis/id.h"

namespace payment {
namespace {

using chassis::Error;
using chassis::FieldError;
using chassis::Request;
using chassis::Response;

constexpr std::int64_t items_max = 500;
constexpr std::int64_t items_usual = 200;
/// Peers read at once what they asked for.
constexpr std::size_t answer_max = 256 * 1024;

Response get_books(const Request& request, Books& books) {
  request.query.only({"book", "cursor", "limit"});
  if (!request.query.one_of("book", {"payments"})) {
    throw Error{std::vector{FieldError{"?book", "is missing"}}};
  }
  const auto limit = request.query.integer("limit", 1, items_max).value_or(items_usual);
  const auto after = request.query.text("cursor").value_or("");
  if (!after.empty() && !chassis::is_uuid(after)) {
    throw Error{std::vector{FieldError{"?cursor", "does not belong to this book"}}};
  }
  BookPage page{books.read(after, limit + 1), std::nullopt};
  if (static_cast<std::int64_t>(page.items.size()) > limit) {
    page.items.pop_back();
    page.next_cursor = page.items.back().owner_id;
  }
  return chassis::ok(chassis::to_json(page));
}

}  // namespace

chassis::Routes book_routes(const std::shared_ptr<Books>& books) {
  chassis::Route route{chassis::Method::get, "/internal/books", chassis::Access::internal,
                       [=](const Request& request) { return get_books(request, *books); }};
  route.answer_max = answer_max;
  return {route};
}

}  // namespace payment
