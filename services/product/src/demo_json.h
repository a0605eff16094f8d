#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "chassis/files.h"
#include "chassis/json.h"
#include "demo.h"

namespace product {

/// The demo catalogue: at most `most` products from each file in assets/catalogue/.
std::vector<DemoProduct> demo_catalogue(const chassis::Files& files, std::size_t most,
                                        const std::string& currency);

}  // namespace product

template <>
struct chassis::Fields<product::DemoSlot> {
  static constexpr auto list = std::make_tuple(field("name", &product::DemoSlot::name),
                                               field("values", &product::DemoSlot::values));
};

template <>
struct chassis::Fields<product::DemoKind> {
  using Kind = product::DemoKind;
  static constexpr auto list = std::make_tuple(
      field("name", &Kind::name), field("text", &Kind::text),
      field("price_least", &Kind::price_least), field("price_most", &Kind::price_most));
};

template <>
struct chassis::Fields<product::DemoMaterial> {
  static constexpr auto list = std::make_tuple(field("slots", &product::DemoMaterial::slots),
                                               field("kinds", &product::DemoMaterial::kinds));
};
