#pragma once

#include <memory>

#include "category.h"
#include "chassis/http.h"

namespace product {

/// The departments of the shop, for everyone.
chassis::Routes category_routes(const std::shared_ptr<Categories>& categories);

}  // namespace product
