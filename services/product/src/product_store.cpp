#include "product_store.h"

#include <algorithm>

#include "chassis/error.h"
#include "chassis/id.h"
#include "product_events.h"
#include "search_store.h"

namespace product {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::FieldError;
using chassis::Statement;
using chassis::Transaction;

constexpr auto no_such_product = "no such product";

constexpr Statement select_one{"select_product", R"sql(
  SELECT id, slug, name, description, category, price, on_hand - reserved AS stock, version
  FROM products WHERE id = $1 AND unlisted_at IS NULL
)sql"};

constexpr Statement select_some{"select_products", R"sql(
  SELECT id, slug, name, description, category, price, on_hand - reserved AS stock, version
  FROM products WHERE id = ANY ($1::uuid[]) AND unlisted_at IS NULL
)sql"};

constexpr Statement lock_one{"lock_product", R"sql(
  SELECT on_hand, reserved, edited, version
  FROM products WHERE id = $1 AND unlisted_at IS NULL FOR NO KEY UPDATE
)sql"};

constexpr Statement has_category{"has_category", R"sql(
  SELECT 1 FROM categories WHERE slug = $1
)sql"};

constexpr Statement slug_for{"slug_for", R"sql(
  SELECT slug_of($1)
)sql"};

constexpr Statement insert_one{"insert_product", R"sql(
  INSERT INTO products (id, slug, name, description, category, price, on_hand)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (slug) DO NOTHING
  RETURNING id, slug, name, description, category, price, on_hand - reserved AS stock, version
)sql"};

constexpr Statement update_one{"update_product", R"sql(
  UPDATE products SET
    name = coalesce($2, name), description = coalesce($3, description),
    category = coalesce($4, category), price = coalesce($5, price),
    on_hand = coalesce($6 + reserved, on_hand), version = version + 1, edited = version + 1
  WHERE id = $1
  RETURNING id, slug, name, description, category, price, on_hand - reserved AS stock, version
)sql"};

constexpr Statement unlist_one{"unlist_product", R"sql(
  UPDATE products SET unlisted_at = now(), version = version + 1, edited = version + 1 WHERE id = $1
  RETURNING id, slug, name, description, category, price, on_hand - reserved AS stock, version
)sql"};

constexpr Statement move_stock{"move_stock", R"sql(
  UPDATE products SET on_hand = on_hand + $2, version = version + 1, edited = version + 1
  WHERE id = $1
  RETURNING id, slug, name, description, category, price, on_hand - reserved AS stock, version
)sql"};

constexpr Statement insert_movement{"insert_movement", R"sql(
  INSERT INTO stock_movements (product_id, kind, delta, reason, actor) VALUES ($1, $2, $3, $4, $5)
)sql"};

/// A product's numbers, locked until the transaction ends.
struct Locked {
  std::int64_t on_hand;
  std::int64_t reserved;
  std::int64_t edited;
  std::int64_t version;
};

Locked lock(Transaction& transaction, const std::string& id) {
  const auto row = transaction.one(lock_one, no_such_product, id);
  return {row["on_hand"].as<std::int64_t>(), row["reserved"].as<std::int64_t>(),
          row["edited"].as<std::int64_t>(), row["version"].as<std::int64_t>()};
}

void refuse_stale(const Locked& locked, std::optional<std::int64_t> seen, bool sets_stock) {
  if (seen && !is_fresh(*seen, locked.edited, locked.version, sets_stock)) {
    throw Error{ErrorCode::precondition_failed, "it has changed since you saw it"};
  }
}

void refuse_unknown_category(Transaction& transaction, const std::string& category) {
  if (!transaction.maybe(has_category, category)) {
    throw Error{std::vector{FieldError{"/category", "is no category"}}};
  }
}

/// Writes down why the stock on hand changes; nothing when it does not.
void note(Transaction& transaction, const std::string& id, const char* gain,
          const StockChange& change, const std::string& who) {
  if (change.delta == 0) return;
  transaction.run(insert_movement, id, change.delta > 0 ? gain : "adjusted", change.delta,
                  change.reason, who);
}

}  // namespace

std::function<chassis::Response(const chassis::Request&, std::string_view,
                                const std::function<chassis::Response(ProductChanges&)>&)>
once_in(chassis::Database& database, const std::string& currency) {
  return [&database, currency](const auto& request, auto route, const auto& effect) {
    return chassis::once(database, request, route, [&](Transaction& transaction) {
      PostgresProductChanges changes{transaction, currency};
      return effect(changes);
    });
  };
}

std::string array_of(const std::vector<std::string>& items) {
  std::string text = "{";
  for (const auto& item : items) text += (text.size() > 1 ? "," : "") + item;
  return text + "}";
}

Product product_from(const pqxx::row& row, const std::string& currency) {
  Product product;
  product.id = row["id"].c_str();
  product.slug = row["slug"].c_str();
  product.name = row["name"].c_str();
  product.description = row["description"].c_str();
  product.category = row["category"].c_str();
  product.price = {row["price"].as<std::int64_t>(), currency};
  product.stock = row["stock"].as<std::int64_t>();
  product.image_url = image_url(product.category, product.id);
  product.version = row["version"].as<std::int64_t>();
  return product;
}

std::vector<Found> PostgresProducts::list(const Search& search, const std::optional<Place>& after,
                                          std::int64_t count) {
  return database_.read([&](Transaction& transaction) {
    std::vector<Found> found;
    for (const auto& row : run_search(transaction, search, after, count)) {
      found.push_back({product_from(row, currency_), row["key"].as<std::int64_t>()});
    }
    return found;
  });
}

Product PostgresProducts::find(const std::string& id) {
  return database_.read([&](Transaction& transaction) {
    return product_from(transaction.one(select_one, no_such_product, id), currency_);
  });
}

std::vector<Product> PostgresProducts::find_all(const std::vector<std::string>& ids) {
  return database_.read([&](Transaction& transaction) {
    std::vector<Product> products;
    for (const auto& row : transaction.run(select_some, array_of(ids))) {
      products.push_back(product_from(row, currency_));
    }
    return products;
  });
}

Product PostgresProducts::edit(const std::string& id, const ProductEdit& edit,
                               std::optional<std::int64_t> seen, const std::string& who) {
  check(edit, currency_);
  return database_.write([&](Transaction& transaction) {
    const auto locked = lock(transaction, id);
    refuse_stale(locked, seen, edit.stock.has_value());
    if (edit.category) refuse_unknown_category(transaction, *edit.category);
    if (!edit.name && !edit.description && !edit.category && !edit.price && !edit.stock) {
      return product_from(transaction.one(select_one, no_such_product, id), currency_);
    }
    if (edit.stock) {
      const auto delta = *edit.stock - (locked.on_hand - locked.reserved);
      note(transaction, id, "received", {delta, "set by an edit"}, who);
    }
    auto product =
        product_from(transaction.one(update_one, no_such_product, id, edit.name, edit.description,
                                     edit.category, edit.price, edit.stock),
                     currency_);
    tell_changed(transaction, product);
    return product;
  });
}

void PostgresProducts::remove(const std::string& id, std::optional<std::int64_t> seen) {
  database_.write([&](Transaction& transaction) {
    refuse_stale(lock(transaction, id), seen, false);
    const auto row = transaction.one(unlist_one, no_such_product, id);
    tell_changed(transaction, product_from(row, currency_), false);
  });
}

Product PostgresProductChanges::create(const ProductDraft& draft, const std::string& who) {
  check(draft, currency_);
  refuse_unknown_category(transaction_, draft.category);
  const auto id = chassis::new_id();
  const auto plain = std::string{transaction_.run(slug_for, draft.name)[0][0].c_str()};
  const auto insert = [&](const std::string& slug) {
    return transaction_.maybe(insert_one, id, slug, draft.name, draft.description, draft.category,
                              draft.price.amount, draft.stock);
  };
  auto row = insert(plain);
  // Taken, perhaps at this moment by another: the end of the id is random.
  if (!row) row = insert(plain + "-" + id.substr(id.size() - 8));
  if (!row) throw Error{ErrorCode::conflict, "another product has just taken this name"};
  note(transaction_, id, "initial", {draft.stock, "first stock"}, who);
  auto product = product_from(*row, currency_);
  tell_changed(transaction_, product);
  return product;
}

Product PostgresProductChanges::adjust(const std::string& id, const StockChange& change,
                                       const std::string& who) {
  check(change);
  const auto locked = lock(transaction_, id);
  const auto free = locked.on_hand - locked.reserved;
  if (free + change.delta < 0) {
    throw Error{ErrorCode::conflict,
                "only " + std::to_string(free) + " pieces are neither sold nor reserved"}
        .type("out-of-stock")
        .members("\"available\":" + std::to_string(free));
  }
  if (locked.on_hand + change.delta > on_hand_max) {
    throw Error{ErrorCode::conflict,
                "no more than " + std::to_string(on_hand_max) + " pieces can be on hand"};
  }
  note(transaction_, id, "received", change, who);
  auto product =
      product_from(transaction_.one(move_stock, no_such_product, id, change.delta), currency_);
  tell_changed(transaction_, product);
  return product;
}

}  // namespace product
