#include "category_store.h"

namespace product {
namespace {

constexpr chassis::Statement select_page{"select_categories", R"sql(
  SELECT slug, name, position,
         (SELECT count(*) FROM products WHERE category = categories.slug AND unlisted_at IS NULL) AS products
  FROM categories WHERE position > $1::bigint ORDER BY position LIMIT $2
)sql"};

}  // namespace

std::vector<Category> PostgresCategories::list(std::int64_t after, std::int64_t count) {
  return database_.read([&](chassis::Transaction& transaction) {
    std::vector<Category> categories;
    for (const auto& row : transaction.run(select_page, after, count)) {
      categories.push_back({row["slug"].c_str(), row["name"].c_str(),
                            row["products"].as<std::int64_t>(),
                            row["position"].as<std::int64_t>()});
    }
    return categories;
  });
}

}  // namespace product
