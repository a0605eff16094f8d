#pragma once

#include "category.h"
#include "chassis/json.h"

template <>
struct chassis::Fields<product::Category> {
  using Category = product::Category;
  static constexpr auto list =
      std::make_tuple(field("slug", &Category::slug), field("name", &Category::name),
                      field("products", &Category::products));
};
