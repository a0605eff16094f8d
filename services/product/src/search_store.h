#pragma once

#include <cstdint>
#include <optional>

#include "chassis/db.h"
#include "product.h"

namespace product {

/// The statement that lists products for searches of this shape: its sort, and whether it has a
/// text and a category. Each shape has SQL of its own, so that a prepared plan can use the index
/// made for it. Parameters: $1 and $2 the prices, $3 and $4 the place to go on behind, $5 how many,
/// then the category, then the exact and the wide query.
const chassis::Statement& list_statement(const Search& search);

/// Rows with product_columns and the sort's `key`.
pqxx::result run_search(chassis::Transaction& transaction, const Search& search,
                        const std::optional<Place>& after, std::int64_t count);

}  // namespace product
