#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/db.h"
#include "chassis/idempotency.h"
#include "product.h"

namespace product {

/// Products in PostgreSQL; migrations/ has the schema.
class PostgresProducts final : public Products {
 public:
  PostgresProducts(chassis::Database& database, std::string currency)
      : database_{database}, currency_{std::move(currency)} {}

  std::vector<Found> list(const Search& search, const std::optional<Place>& after,
                          std::int64_t count) override;
  Product find(const std::string& id) override;
  std::vector<Product> find_all(const std::vector<std::string>& ids) override;
  Product edit(const std::string& id, const ProductEdit& edit, std::optional<std::int64_t> seen,
               const std::string& who) override;
  void remove(const std::string& id, std::optional<std::int64_t> seen) override;

 private:
  chassis::Database& database_;
  std::string currency_;
};

/// Changes within the transaction of whoever made this.
class PostgresProductChanges final : public ProductChanges {
 public:
  PostgresProductChanges(chassis::Transaction& transaction, std::string currency)
      : transaction_{transaction}, currency_{std::move(currency)} {}

  Product create(const ProductDraft& draft, const std::string& who) override;
  Product adjust(const std::string& id, const StockChange& change, const std::string& who) override;

 private:
  chassis::Transaction& transaction_;
  std::string currency_;
};

/// Runs effects in transactions of this database, once for each Idempotency-Key.
std::function<chassis::Response(const chassis::Request&, std::string_view route,
                                const std::function<chassis::Response(ProductChanges&)>&)>
once_in(chassis::Database& database, const std::string& currency);

/// PostgreSQL's text of an array of UUIDs or numbers, which need no quotes.
std::string array_of(const std::vector<std::string>& items);

/// A row with the columns of product_columns.
Product product_from(const pqxx::row& row, const std::string& currency);
constexpr auto product_columns =
    "id, slug, name, description, category, price, on_hand - reserved AS stock, version";

}  // namespace product
