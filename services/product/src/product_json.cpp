#include "product_json.h"

namespace product {
namespace {

using chassis::JsonDocument;
using chassis::JsonValue;
using chassis::JsonWriter;
using chassis::length;
using chassis::range;

std::string text(const JsonValue& value, std::size_t least, std::size_t most) {
  auto read = value.text();
  value.check(read, length(least, most));
  return read;
}

void read_price(const JsonValue& price, ProductEdit& edit, bool whole) {
  if (!price.object({"amount", "currency"})) return;
  if (const auto amount = price.member("amount")) {
    edit.price = amount->integer(range(0, price_max));
  } else if (whole) {
    price.reject_member("amount", "is missing");
  }
  if (const auto currency = price.member("currency")) {
    edit.currency = currency->text();
  } else if (whole) {
    price.reject_member("currency", "is missing");
  }
}

ProductEdit parse_edit(std::string_view body, bool whole) {
  JsonDocument document{body};
  const auto root = document.root();
  ProductEdit edit;
  if (root.object({"name", "description", "category", "price", "stock"})) {
    const auto member = [&](const char* name) {
      auto found = root.member(name);
      if (!found && whole) root.reject_member(name, "is missing");
      return found;
    };
    if (const auto name = member("name")) edit.name = text(*name, 1, name_max);
    if (const auto words = member("description")) {
      edit.description = text(*words, 0, description_max);
    }
    if (const auto category = member("category")) edit.category = text(*category, 1, 40);
    if (const auto price = member("price")) read_price(*price, edit, whole);
    if (const auto stock = root.member("stock")) edit.stock = stock->integer(range(0, stock_max));
  }
  document.finish();
  return edit;
}

/// The members of a product but its description.
void write_brief(JsonWriter& json, const Product& product) {
  json.key("id");
  json.text(product.id);
  json.key("slug");
  json.text(product.slug);
  json.key("name");
  json.text(product.name);
  json.key("category");
  json.text(product.category);
  json.key("price");
  json.raw(chassis::to_json(product.price));
  json.key("stock");
  json.integer(product.stock);
  json.key("image_url");
  json.text(product.image_url);
  json.key("version");
  json.integer(product.version);
}

}  // namespace

ProductEdit parse_replacement(std::string_view body) { return parse_edit(body, true); }

ProductEdit parse_patch(std::string_view body) { return parse_edit(body, false); }

std::string changed_json(const Product& product, bool listed) {
  JsonWriter json;
  json.begin_object();
  write_brief(json, product);
  json.key("listed");
  json.boolean(listed);
  json.end_object();
  return json.take();
}

std::string cart_json(const std::vector<Product>& products) {
  JsonWriter json;
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& product : products) {
    json.begin_object();
    write_brief(json, product);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace product
