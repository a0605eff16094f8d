#pragma once

#include <memory>

#include "book.h"
#include "chassis/http.h"

namespace payment {

/// The books, for peers and audits; README.md describes them.
chassis::Routes book_routes(const std::shared_ptr<Books>& books);

}  // namespace payment
