#pragma once

#include <memory>

#include "book.h"
#include "chassis/http.h"

namespace product {

/// GET /internal/books, for an audit; README.md describes it.
chassis::Routes book_routes(const std::shared_ptr<Books>& books);

}  // namespace product
