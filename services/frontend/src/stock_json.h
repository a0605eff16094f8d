#pragma once

#include <string>

#include "stock.h"

namespace frontend {

/// What the product service is sent by administrators.
std::string draft_json(const ProductDraft& draft);
std::string edit_json(const ProductEdit& edit);
std::string change_json(const StockChange& change);

}  // namespace frontend
