#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/money.h"

namespace frontend {

struct Product {
  std::string id;
  std::string slug;
  std::string name;
  std::string description;
  std::string category;  // its slug
  chassis::Money price;
  std::int64_t stock = 0;
  std::string image_url;
  std::int64_t version = 0;  // counts the changes
};

struct ProductList {
  std::vector<Product> items;
  std::optional<std::string> next_cursor;
};

/// What is needed to show and name a product in a line.
struct Ware {
  std::string id;
  std::string slug;
  std::string category;
  std::string image_url;
};

struct WareList {
  std::vector<Ware> items;
};

struct Category {
  std::string slug;
  std::string name;
};

struct CategoryList {
  std::vector<Category> items;
};

/// What a visitor looks for. Empty fields do not narrow the search; prices are in minor units.
struct Search {
  std::string text;
  std::string category;
  std::optional<std::int64_t> min_price;
  std::optional<std::int64_t> max_price;
  std::string sort;  // relevance, newest, price, -price; empty for the catalogue's own choice
  std::string cursor;
  int limit = 24;
};

/// The shop's goods. Every call starts at once and is waited for when the future is asked, so that
/// the parts of a page come side by side. A future throws chassis::Error: unavailable or timeout
/// when the catalogue cannot be reached, invalid when it refuses the question.
class Catalogue {
 public:
  virtual ~Catalogue() = default;

  virtual std::future<ProductList> search(const Search& search) = 0;

  /// The future throws Error{not_found} when there is no such product.
  virtual std::future<Product> find(const std::string& id) = 0;

  virtual std::future<CategoryList> categories() = 0;

  /// Those of `ids` (1 to 100) that are sold, in any order.
  virtual std::future<WareList> wares(const std::vector<std::string>& ids) = 0;
};

/// "€19.99", or "19.99 CHF" where no sign is known.
std::string price_text(const chassis::Money& price);

/// Reads a price as people write it ("12", "12.5", "12,50") into minor units of the currency.
/// Returns nothing for anything else, and for what is negative or above a billion.
std::optional<std::int64_t> read_price(std::string_view text, const std::string& currency);

/// The reverse of read_price(), for a form: 1250 becomes "12.50", 1200 becomes "12".
std::string plain_price(std::int64_t amount, const std::string& currency);

}  // namespace frontend
