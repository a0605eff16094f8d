#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "chassis/error.h"
#include "chassis/id.h"
#include "product.h"

namespace product {

/// Keeps products in memory, with the promises written on Products and ProductChanges. Its search
/// looks for the text in names; newer products have greater ids.
class FakeProducts final : public Products, public ProductChanges {
 public:
  std::vector<Found> list(const Search& search, const std::optional<Place>& after,
                          std::int64_t count) override {
    std::vector<Found> found;
    std::int64_t age = 0;
    for (const auto& [id, product] : products_) {
      ++age;
      const bool fits = (search.category.empty() || product.category == search.category) &&
                        product.price.amount >= search.min_price &&
                        product.price.amount <= search.max_price &&
                        product.name.find(search.text) != std::string::npos;
      const bool by_price = search.sort == Sort::price_up || search.sort == Sort::price_down;
      if (fits) found.push_back({product, by_price ? product.price.amount : age});
    }
    const bool up = search.sort == Sort::price_up;
    const auto place = [](const Found& each) { return std::pair{each.key, each.product.id}; };
    std::sort(found.begin(), found.end(), [&](const Found& left, const Found& right) {
      return up ? place(left) < place(right) : place(right) < place(left);
    });
    if (after) {
      const std::pair last{after->key, after->id};
      std::erase_if(
          found, [&](const Found& each) { return up ? place(each) <= last : place(each) >= last; });
    }
    if (static_cast<std::int64_t>(found.size()) > count) {
      found.resize(static_cast<std::size_t>(count));
    }
    return found;
  }

  Product find(const std::string& id) override { return at(id); }

  std::vector<Product> find_all(const std::vector<std::string>& ids) override {
    std::vector<Product> found;
    for (const auto& id : std::set(ids.begin(), ids.end())) {
      if (products_.contains(id)) found.push_back(products_.at(id));
    }
    return found;
  }

  Product edit(const std::string& id, const ProductEdit& edit, std::optional<std::int64_t> seen,
               const std::string& /*who*/) override {
    check(edit, "EUR");
    auto& product = at(id);
    refuse_stale(product, seen, edit.stock.has_value());
    product.name = edit.name.value_or(product.name);
    product.description = edit.description.value_or(product.description);
    product.category = edit.category.value_or(product.category);
    product.price.amount = edit.price.value_or(product.price.amount);
    product.stock = edit.stock.value_or(product.stock);
    edited_[id] = ++product.version;
    return product;
  }

  void remove(const std::string& id, std::optional<std::int64_t> seen) override {
    refuse_stale(at(id), seen, false);
    products_.erase(id);
  }

  Product create(const ProductDraft& draft, const std::string& /*who*/) override {
    check(draft, "EUR");
    const auto id = chassis::seeded_id("test", "product", products_.size());
    const Product product{.id = id,
                          .slug = "slug-" + std::to_string(products_.size()),
                          .name = draft.name,
                          .description = draft.description,
                          .category = draft.category,
                          .price = draft.price,
                          .stock = draft.stock,
                          .image_url = image_url(draft.category, id),
                          .version = 1};
    edited_[id] = 1;
    return products_[id] = product;
  }

  Product adjust(const std::string& id, const StockChange& change,
                 const std::string& /*who*/) override {
    check(change);
    auto& product = at(id);
    if (product.stock + change.delta < 0) {
      throw chassis::Error{chassis::ErrorCode::conflict, "too few"}.type("out-of-stock");
    }
    product.stock += change.delta;
    edited_[id] = ++product.version;
    return product;
  }

 private:
  Product& at(const std::string& id) {
    const auto found = products_.find(id);
    if (found == products_.end())
      throw chassis::Error{chassis::ErrorCode::not_found, "no such product"};
    return found->second;
  }

  void refuse_stale(const Product& product, std::optional<std::int64_t> seen, bool sets_stock) {
    if (seen && !is_fresh(*seen, edited_[product.id], product.version, sets_stock)) {
      throw chassis::Error{chassis::ErrorCode::precondition_failed, "stale"};
    }
  }

  std::map<std::string, Product> products_;
  std::map<std::string, std::int64_t> edited_;
};

}  // namespace product
