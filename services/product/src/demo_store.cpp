#include "demo_store.h"

#include "product_events.h"
#include "product_store.h"

namespace product {
namespace {

constexpr chassis::Statement insert_unless_known{"insert_demo_product", R"sql(
  WITH fresh AS (
    INSERT INTO products (id, slug, name, description, category, price, on_hand, created_at)
    SELECT $1::uuid,
           CASE WHEN EXISTS (SELECT FROM products WHERE slug = slug_of($2))
                THEN slug_of($2) || '-' || right($1::text, 8) ELSE slug_of($2) END,
           $2::text, $3, $4, $5, $6, '2026-03-01 08:00+00'::timestamptz + $7 * interval '1 minute'
    WHERE NOT EXISTS (SELECT FROM products WHERE id = $1::uuid)
    ON CONFLICT DO NOTHING
    RETURNING id, slug, name, description, category, price, on_hand, on_hand AS stock, version
  ), first_stock AS (
    INSERT INTO stock_movements (product_id, kind, delta, reason, actor)
    SELECT id, 'initial', on_hand, 'first stock', 'seed' FROM fresh WHERE on_hand > 0
  )
  SELECT * FROM fresh
)sql"};

}  // namespace

std::int64_t load(chassis::Database& database, const std::vector<DemoProduct>& products) {
  return database.write([&](chassis::Transaction& transaction) {
    std::int64_t loaded = 0;
    for (const auto& [id, draft, age_minutes] : products) {
      const auto row =
          transaction.maybe(insert_unless_known, id, draft.name, draft.description, draft.category,
                            draft.price.amount, draft.stock, age_minutes);
      if (!row) continue;
      tell_changed(transaction, product_from(*row, draft.price.currency));
      ++loaded;
    }
    return loaded;
  });
}

}  // namespace product
