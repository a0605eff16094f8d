#include "product_routes.h"

#include <algorithm>
#include <charconv>

#include "chassis/id.h"
#include "chassis/metrics.h"
#include "chassis/page.h"
#include "product_json.h"

namespace product {
namespace {

using chassis::Cache;
using chassis::Error;
using chassis::FieldError;
using chassis::PageRequest;
using chassis::Request;
using chassis::Response;

constexpr auto products_path = "/v1/products";
constexpr auto product_path = "/v1/products/{id}";
constexpr auto stock_path = "/v1/products/{id}/stock";

constexpr std::size_t text_max = 200;
constexpr std::size_t category_max = 40;
constexpr std::int64_t place_key_max = 253'370'764'800'000'000;  // the year 9999, in microseconds
constexpr std::size_t uuid_length = 36;
/// What of a list stays for what surrounds its items.
constexpr std::size_t list_bytes_max = chassis::answer_bytes_max - 4 * 1024;
constexpr std::size_t item_bytes_besides_text = 400;

// --- the catalogue

Sort sort_of(const Request& request, bool has_text) {
  const auto name = request.query.one_of("sort", {"relevance", "price", "-price", "newest"});
  if (name == "price") return Sort::price_up;
  if (name == "-price") return Sort::price_down;
  if (name == "newest") return Sort::newest;
  return has_text ? Sort::relevance : Sort::newest;  // without a text nothing is more relevant
}

Search search_of(const Request& request) {
  request.query.only({"q", "category", "min_price", "max_price", "sort", "limit", "cursor"});
  Search search;
  search.text = request.query.text("q", text_max).value_or("");
  if (search.text.find_first_not_of(" \t\r\n") == std::string::npos) search.text.clear();
  search.category = request.query.text("category", category_max).value_or("");
  search.min_price = request.query.integer("min_price", 0, price_max).value_or(0);
  search.max_price = request.query.integer("max_price", 0, price_max).value_or(price_max);
  search.sort = sort_of(request, !search.text.empty());
  return search;
}

/// What a cursor belongs to: everything but the limit.
std::string ordering_of(const Search& search) {
  return std::to_string(static_cast<int>(search.sort)) + " " + std::to_string(search.min_price) +
         " " + std::to_string(search.max_price) + " " + search.category + " " + search.text;
}

std::optional<Place> place_of(const PageRequest& page) {
  if (page.after.empty()) return std::nullopt;
  Place place;
  if (page.after.size() == 2) {
    const auto& key = page.after[0];
    const auto read = std::from_chars(key.data(), key.data() + key.size(), place.key);
    place.id = page.after[1];
    if (read.ec == std::errc{} && read.ptr == key.data() + key.size() && place.key >= 0 &&
        place.key <= place_key_max && chassis::is_uuid(place.id)) {
      return place;
    }
  }
  throw Error{std::vector{FieldError{"?cursor", "does not belong to this list in this order"}}};
}

/// How many bytes a text takes in JSON.
std::size_t json_bytes(const std::string& text) {
  return text.size() + static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
           return c == '"' || c == '\\' || c == '\n' || c == '\t';
         }));
}

/// How many of the products fit into one answer, at least one.
std::int64_t fitting(const std::vector<Product>& products) {
  std::size_t bytes = 0;
  std::int64_t count = 0;
  for (const auto& product : products) {
    bytes += json_bytes(product.name) + json_bytes(product.description) + item_bytes_besides_text;
    if (bytes > list_bytes_max) break;
    ++count;
  }
  return std::max<std::int64_t>(count, 1);
}

Response list_products(const Request& request, Products& products) {
  const auto search = search_of(request);
  const auto ordering = ordering_of(search);
  auto page = chassis::page_request(request, ordering);
  std::vector<Product> items;
  std::vector<std::int64_t> keys;
  for (auto& found : products.list(search, place_of(page), page.limit + 1)) {
    items.push_back(std::move(found.product));
    keys.push_back(found.key);
  }
  page.limit = std::min(page.limit, fitting(items));
  const auto last = static_cast<std::size_t>(page.limit) - 1;
  return chassis::ok(
      chassis::page_json(std::move(items), page, ordering, [&](const Product& product) {
        return std::vector{std::to_string(keys.at(last)), product.id};
      }));
}

/// What the cache holds of a product: its version, a line feed, its JSON.
std::string entry_of(const Product& product) {
  return std::to_string(product.version) + "\n" + chassis::to_json(product);
}

Response answer_of(const Request& request, const std::string& entry) {
  const auto end = entry.find('\n');
  return chassis::with_etag(request, chassis::ok(entry.substr(end + 1)),
                            "\"" + entry.substr(0, end) + "\"");
}

std::optional<Response> cached_product(const Request& request, Cache& cache) {
  const auto entry = cache.peek(request.parameter("id"));
  if (!entry) return std::nullopt;
  return answer_of(request, *entry);
}

Response get_product(const Request& request, Products& products, Cache& cache) {
  const auto& id = request.uuid("id");
  return answer_of(request, cache.get(id, [&] { return entry_of(products.find(id)); }));
}

Response get_products_by_ids(const Request& request, Products& products) {
  request.query.only({"ids"});
  const auto text = request.query.text("ids", ids_max * (uuid_length + 1)).value_or("");
  std::vector<std::string> ids;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(',', start), text.size());
    ids.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  if (ids.size() > ids_max || !std::all_of(ids.begin(), ids.end(), chassis::is_uuid)) {
    throw Error{std::vector{FieldError{
        "?ids", "must be 1 to " + std::to_string(ids_max) + " UUIDs, separated by commas"}}};
  }
  return chassis::ok(cart_json(products.find_all(ids)));
}

// --- changes

Response with_version(Response response, const Product& product) {
  response.headers.add("ETag", chassis::etag_of(product.version));
  return response;
}

Response changed(const Product& product) {
  return with_version(chassis::ok(chassis::to_json(product)), product);
}

Response create_product(const Request& request, const Once& once) {
  const auto draft = chassis::from_json<ProductDraft>(chassis::json_body(request));
  return once(request, products_path, [&](ProductChanges& changes) {
    const auto product = changes.create(draft, request.caller().user_id);
    return with_version(
        chassis::created(std::string{products_path} + "/" + product.id, chassis::to_json(product)),
        product);
  });
}

const std::string& patch_body(const Request& request) {
  const auto type = request.headers.get("Content-Type");
  if (type == "application/merge-patch+json") return request.body;
  return chassis::json_body(request);
}

Response edit_product(const Request& request, const ProductEdit& edit, Products& products,
                      Cache& cache) {
  const auto& id = request.uuid("id");
  const auto product =
      products.edit(id, edit, chassis::if_match(request), request.caller().user_id);
  cache.forget(id);
  return changed(product);
}

Response remove_product(const Request& request, Products& products, Cache& cache) {
  const auto& id = request.uuid("id");
  products.remove(id, chassis::if_match(request));
  cache.forget(id);
  return chassis::no_content();
}

Response change_stock(const Request& request, const Once& once, Cache& cache) {
  static const auto counter =
      chassis::counter("product_stock_adjusted_total", "Changes of stock by administrators");
  const auto& id = request.uuid("id");
  const auto change = chassis::from_json<StockChange>(chassis::json_body(request));
  auto response = once(request, stock_path, [&](ProductChanges& changes) {
    return changed(changes.adjust(id, change, request.caller().user_id));
  });
  cache.forget(id);
  counter.add();
  return response;
}

}  // namespace

chassis::Routes product_routes(const std::shared_ptr<Products>& products, const Once& once,
                               const std::shared_ptr<Cache>& cache) {
  using chassis::Access;
  using chassis::Method;
  return {
      {Method::get, products_path, Access::anyone,
       [=](const Request& request) { return list_products(request, *products); }},
      {Method::get, product_path, Access::anyone,
       [=](const Request& request) { return get_product(request, *products, *cache); },
       [=](const Request& request) { return cached_product(request, *cache); }},
      {Method::post, products_path, Access::admin,
       [=](const Request& request) { return create_product(request, once); }},
      {Method::put, product_path, Access::admin,
       [=](const Request& request) {
         const auto edit = parse_replacement(chassis::json_body(request));
         return edit_product(request, edit, *products, *cache);
       }},
      {Method::patch, product_path, Access::admin,
       [=](const Request& request) {
         return edit_product(request, parse_patch(patch_body(request)), *products, *cache);
       }},
      {Method::del, product_path, Access::admin,
       [=](const Request& request) { return remove_product(request, *products, *cache); }},
      {Method::post, stock_path, Access::admin,
       [=](const Request& request) { return change_stock(request, once, *cache); }},
      {Method::get, "/internal/products", Access::internal,
       [=](const Request& request) { return get_products_by_ids(request, *products); }},
  };
}

}  // namespace product
