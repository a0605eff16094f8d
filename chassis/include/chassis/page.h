#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/http.h"
#include "chassis/json.h"

namespace chassis {

/// What every list takes: `limit` (1..100, 20 when missing) and `cursor`.
struct PageRequest {
  std::int64_t limit = 20;
  /// The sort keys of the last item seen, in order; empty for the first page.
  std::vector<std::string> after;
};

/// Reads `limit` and `cursor`. A cursor is opaque to clients and belongs to one `ordering` (any
/// text: sort and filters); one made for another ordering, or broken, throws Error{invalid}
/// pointing at ?cursor.
PageRequest page_request(const Request& request, std::string_view ordering);

/// The cursor that continues after an item with these sort keys.
std::string cursor(const std::vector<std::string>& keys, std::string_view ordering);

/// {"items": [...], "next_cursor": "..."|null}. Ask the store for limit + 1 rows: `items` may hold
/// one more than the limit, which is cut off and only says that there is a next page.
template <typename Item, typename Keys>
std::string page_json(std::vector<Item> items, const PageRequest& page, std::string_view ordering,
                      Keys keys) {
  std::optional<std::string> next;
  if (static_cast<std::int64_t>(items.size()) > page.limit) {
    items.resize(static_cast<std::size_t>(page.limit));
    next = cursor(keys(items.back()), ordering);
  }
  JsonWriter json;
  json.begin_object();
  json.key("items");
  detail::write(json, items);
  json.key("next_cursor");
  detail::write(json, next);
  json.end_object();
  return json.take();
}

}  // namespace chassis
