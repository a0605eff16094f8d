#include "category_routes.h"

#include <charconv>

#include "category_json.h"
#include "chassis/page.h"

namespace product {
namespace {

using chassis::Request;
using chassis::Response;

constexpr auto ordering = "categories";

std::int64_t position_of(const chassis::PageRequest& page) {
  std::int64_t position = 0;
  if (page.after.empty()) return position;
  const auto& key = page.after.front();
  const auto read = std::from_chars(key.data(), key.data() + key.size(), position);
  if (read.ec != std::errc{} || read.ptr != key.data() + key.size() || page.after.size() != 1) {
    throw chassis::Error{
        std::vector{chassis::FieldError{"?cursor", "does not belong to this list"}}};
  }
  return position;
}

Response list_categories(const Request& request, Categories& categories) {
  request.query.only({"limit", "cursor"});
  const auto page = chassis::page_request(request, ordering);
  return chassis::ok(chassis::page_json(
      categories.list(position_of(page), page.limit + 1), page, ordering,
      [](const Category& last) { return std::vector{std::to_string(last.position)}; }));
}

}  // namespace

chassis::Routes category_routes(const std::shared_ptr<Categories>& categories) {
  return {{chassis::Method::get, "/v1/categories", chassis::Access::anyone,
           [=](const Request& request) { return list_categories(request, *categories); }}};
}

}  // namespace product
