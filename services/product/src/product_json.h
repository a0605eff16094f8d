#pragma once

#include <string>
#include <string_view>

#include "chassis/json.h"
#include "product.h"

namespace product {

/// Reads the whole of what an administrator may change (PUT); the stock may be left out.
ProductEdit parse_replacement(std::string_view body);

/// Reads a merge patch (RFC 7396): what is missing stays, and as nothing may be removed, null is
/// refused.
ProductEdit parse_patch(std::string_view body);

/// The data of product.changed: a product without its description, and whether it is sold.
std::string changed_json(const Product& product, bool listed);

/// A product without its description: what a cart needs of a hundred at once.
std::string cart_json(const std::vector<Product>& products);

}  // namespace product

template <>
struct chassis::Fields<product::Product> {
  using Product = product::Product;
  static constexpr auto list = std::make_tuple(
      field("id", &Product::id, uuid), field("slug", &Product::slug), field("name", &Product::name),
      field("description", &Product::description), field("category", &Product::category),
      field("price", &Product::price), field("stock", &Product::stock),
      field("image_url", &Product::image_url), field("version", &Product::version));
};

template <>
struct chassis::Fields<product::LowStock> {
  using Low = product::LowStock;
  static constexpr auto list =
      std::make_tuple(field("product_id", &Low::product_id), field("name", &Low::name),
                      field("stock", &Low::stock));
};

template <>
struct chassis::Fields<product::ProductDraft> {
  using Draft = product::ProductDraft;
  static constexpr auto list = std::make_tuple(
      field("name", &Draft::name, length(1, product::name_max)),
      field("description", &Draft::description, length(0, product::description_max)),
      field("category", &Draft::category, length(1, 40)), field("price", &Draft::price),
      field("stock", &Draft::stock, range(0, product::stock_max)));
};

template <>
struct chassis::Fields<product::StockChange> {
  using Change = product::StockChange;
  static constexpr auto list = std::make_tuple(
      field("delta", &Change::delta, range(-product::stock_max, product::stock_max)),
      field("reason", &Change::reason, length(1, product::reason_max)));
};
