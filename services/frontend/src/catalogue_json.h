#pragma once

#include <string_view>

#include "catalogue.h"

namespace frontend {

/// Read what the product service answers. Members added later are ignored. Each throws
/// chassis::Error{unavailable} when the answer is not of the agreed form.
Product read_product(std::string_view json);
ProductList read_products(std::string_view json);
CategoryList read_categories(std::string_view json);
WareList read_wares(std::string_view json);

}  // namespace frontend
