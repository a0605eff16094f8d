#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "product.h"

namespace product {

/// What demo products of one category are composed of: assets/catalogue/<category>.json.
struct DemoSlot {
  std::string name;
  /// "text|note|percent": what stands in the name; a remark for the description; how it changes the
  /// price, 100 when left out.
  std::vector<std::string> values;
};

/// A kind of product. Its name holds slots as {slot}, its text may hold {slot}, {slot.note}, and
/// {slot.note+}, which begins with a capital. A kind has a product for each choice of values.
struct DemoKind {
  std::string name;
  std::string text;
  std::int64_t price_least = 0;  // minor units, at 100 percent
  std::int64_t price_most = 0;
};

struct DemoMaterial {
  std::vector<DemoSlot> slots;
  std::vector<DemoKind> kinds;
};

/// How many demo products of each category `seed` is asked to load: with "--size small" or nothing
/// a few hundred in all, with "--size large" more than 5,000. Nothing for other arguments.
std::optional<std::size_t> demo_most(const std::vector<std::string>& arguments);

/// `product seed [--size small|large]`: has `load` load so many products of each category, and says
/// how many were new. Returns the exit status.
int seed(const std::vector<std::string>& arguments,
         const std::function<std::int64_t(std::size_t most)>& load);

struct DemoProduct {
  std::string id;
  ProductDraft draft;
  std::int64_t age_minutes = 0;  // after the first demo product of all
};

/// At most `most` products of the category that is the `place`-th of the shop; all kinds in turn.
/// The same material gives the same products everywhere, and fewer are the first of more. Throws
/// std::runtime_error when a slot is missing.
std::vector<DemoProduct> demo_products(const DemoMaterial& material, const std::string& category,
                                       std::int64_t place, std::size_t most,
                                       const std::string& currency);

}  // namespace product
