#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/money.h"

namespace product {

/// What a visitor sees of a product.
struct Product {
  std::string id;    // a UUID
  std::string slug;  // for people's eyes in an address; unique, and stays when the name changes
  std::string name;  // 1..name_max characters, more than blanks
  std::string description;   // at most description_max characters
  std::string category;      // a category's slug
  chassis::Money price;      // of one piece, tax included
  std::int64_t stock = 0;    // pieces that can be bought now: on hand and not reserved
  std::string image_url;     // a path on the site
  std::int64_t version = 0;  // counts every change of anything above
};

/// A product of which a sale left few pieces.
struct LowStock {
  std::string product_id;
  std::string name;
  std::int64_t stock = 0;  // pieces on hand
};

constexpr std::size_t name_max = 120;
constexpr std::size_t description_max = 2'000;
constexpr std::int64_t price_max = 100'000'000;  // minor units
constexpr std::int64_t stock_max = 1'000'000;    // pieces that one change may set, add or take away
constexpr std::int64_t on_hand_max = 1'000'000'000;
constexpr std::size_t reason_max = 200;
constexpr std::size_t ids_max = 100;

/// A product that an administrator wants to sell.
struct ProductDraft {
  std::string name;
  std::string description;
  std::string category;
  chassis::Money price;
  std::int64_t stock = 0;
};

/// What an administrator wants to change; what is empty stays.
struct ProductEdit {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> category;
  std::optional<std::int64_t> price;  // minor units
  std::optional<std::string> currency;
  std::optional<std::int64_t> stock;  // what shall be buyable from now on
};

/// Pieces that came (delta > 0) or went, and why.
struct StockChange {
  std::int64_t delta = 0;
  std::string reason;
};

/// Throw Error{invalid} naming every field that breaks a rule above. `currency` is the shop's.
void check(const ProductDraft& draft, const std::string& currency);
void check(const ProductEdit& edit, const std::string& currency);
void check(const StockChange& change);

/// "/pictures/teas/<id>.svg"
std::string image_url(std::string_view category, std::string_view id);

/// Whether an edit that names `seen` may go ahead: nothing that an administrator did since then
/// (the last edit made version `edited`), and for an edit of the stock no sale either.
bool is_fresh(std::int64_t seen, std::int64_t edited, std::int64_t version, bool sets_stock);

enum class Sort { relevance, price_up, price_down, newest };

/// What a visitor looks for. An empty text or category does not narrow.
struct Search {
  std::string text;
  std::string category;
  std::int64_t min_price = 0;  // minor units, both included
  std::int64_t max_price = price_max;
  Sort sort = Sort::newest;
};

/// The place of a product in a sorted list: its rank, price, or age in microseconds, then its id.
struct Place {
  std::int64_t key = 0;
  std::string id;
};

struct Found {
  Product product;
  std::int64_t key = 0;
};

/// Products as anyone may see them and administrators change them, wherever they are kept. Products
/// that were removed look as if they never were.
class Products {
 public:
  virtual ~Products() = default;

  /// At most `count` products in the order of `search.sort`, beginning behind `after`. A text finds
  /// what full-text search does, words in names before those in categories before those in
  /// descriptions; when that is little, also words with a slip in them, behind. With sort relevance
  /// a text is needed.
  virtual std::vector<Found> list(const Search& search, const std::optional<Place>& after,
                                  std::int64_t count) = 0;

  /// Throws Error{not_found} when there is none.
  virtual Product find(const std::string& id) = 0;

  /// Those of `ids` (at most ids_max) that there are, each once.
  virtual std::vector<Product> find_all(const std::vector<std::string>& ids) = 0;

  /// Changes the product and returns it. `seen` is the version that the change was made for; empty:
  /// any. Throws Error{not_found}, Error{precondition_failed} unless is_fresh(), Error{invalid}
  /// when check() does or there is no such category. An edit that is empty changes nothing.
  virtual Product edit(const std::string& id, const ProductEdit& edit,
                       std::optional<std::int64_t> seen, const std::string& who) = 0;

  /// Takes the product out of the catalogue. Throws as edit() does.
  virtual void remove(const std::string& id, std::optional<std::int64_t> seen) = 0;
};

/// The changes that a repeated request must not repeat: within one transaction that also keeps the
/// answer. `who` stands in the ledger.
class ProductChanges {
 public:
  virtual ~ProductChanges() = default;

  /// Throws Error{invalid} when check() does or there is no such category.
  virtual Product create(const ProductDraft& draft, const std::string& who) = 0;

  /// Throws Error{not_found}, Error{invalid} when check() does, and Error{conflict} of type
  /// "out-of-stock" when more would go than is on hand and not reserved.
  virtual Product adjust(const std::string& id, const StockChange& change,
                         const std::string& who) = 0;
};

}  // namespace product
