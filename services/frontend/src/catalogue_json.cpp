#include "catalogue_json.h"

#include "chassis/json.h"

template <>
struct chassis::Fields<frontend::Product> {
  using Product = frontend::Product;
  static constexpr auto list = std::make_tuple(
      field("id", &Product::id, uuid), field("slug", &Product::slug), field("name", &Product::name),
      field("description", &Product::description), field("category", &Product::category),
      field("price", &Product::price), field("stock", &Product::stock),
      field("image_url", &Product::image_url), field("version", &Product::version));
};

template <>
struct chassis::Fields<frontend::ProductList> {
  using ProductList = frontend::ProductList;
  static constexpr auto list = std::make_tuple(field("items", &ProductList::items),
                                               field("next_cursor", &ProductList::next_cursor));
};

template <>
struct chassis::Fields<frontend::Ware> {
  using Ware = frontend::Ware;
  static constexpr auto list =
      std::make_tuple(field("id", &Ware::id, uuid), field("slug", &Ware::slug),
                      field("category", &Ware::category), field("image_url", &Ware::image_url));
};

template <>
struct chassis::Fields<frontend::WareList> {
  static constexpr auto list = std::make_tuple(field("items", &frontend::WareList::items));
};

template <>
struct chassis::Fields<frontend::Category> {
  using Category = frontend::Category;
  static constexpr auto list =
      std::make_tuple(field("slug", &Category::slug), field("name", &Category::name));
};

template <>
struct chassis::Fields<frontend::CategoryList> {
  static constexpr auto list = std::make_tuple(field("items", &frontend::CategoryList::items));
};

namespace frontend {
namespace {

/// A peer that answers nonsense is to a page what one is that does not answer.
template <typename Answer>
Answer read(std::string_view json) {
  try {
    return chassis::from_json<Answer>(json, chassis::Unknown::ignore);
  } catch (const chassis::Error&) {
    throw chassis::Error{chassis::ErrorCode::unavailable, "the catalogue gave no usable answer"};
  }
}

}  // namespace

Product read_product(std::string_view json) { return read<Product>(json); }
ProductList read_products(std::string_view json) { return read<ProductList>(json); }
CategoryList read_categories(std::string_view json) { return read<CategoryList>(json); }
WareList read_wares(std::string_view json) { return read<WareList>(json); }

}  // namespace frontend
