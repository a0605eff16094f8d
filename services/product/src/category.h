#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace product {

struct Category {
  std::string slug;           // "teas"
  std::string name;           // "Teas"
  std::int64_t products = 0;  // how many the catalogue lists
  std::int64_t position = 0;  // its place among the categories, from 1
};

/// The departments of the shop.
class Categories {
 public:
  virtual ~Categories() = default;

  /// At most `count` categories in their order, beginning behind position `after`.
  virtual std::vector<Category> list(std::int64_t after, std::int64_t count) = 0;
};

}  // namespace product
