#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "catalogue.h"

namespace frontend {

/// A product that an administrator wants to sell.
struct ProductDraft {
  std::string name;
  std::string description;
  std::string category;  // its slug
  chassis::Money price;
  std::int64_t stock = 0;
};

/// What an administrator wants a product to be called, described and priced.
struct ProductEdit {
  std::string name;
  std::string description;
  chassis::Money price;
};

/// Pieces that came (delta > 0) or went, and why.
struct StockChange {
  std::int64_t delta = 0;
  std::string reason;
};

/// What administrators may do to the catalogue. All throw chassis::Error: invalid naming the bad
/// fields, forbidden when the caller is no administrator, unavailable or timeout when the catalogue
/// cannot be reached.
class Storeroom {
 public:
  virtual ~Storeroom() = default;

  /// The same key again adds nothing and returns the first product.
  virtual Product add(const ProductDraft& draft, const std::string& key) = 0;

  /// Throws Error{precondition_failed} when somebody changed the product after version `seen`.
  virtual void change(const std::string& id, const ProductEdit& edit, std::int64_t seen) = 0;

  /// The same key again changes nothing. Throws Error{conflict} of type "out-of-stock" when more
  /// would go than is neither sold nor reserved.
  virtual void move(const std::string& id, const StockChange& change, const std::string& key) = 0;
};

/// Reads a whole number as people write it: "12", "+12", "-3". Nothing for anything else.
std::optional<std::int64_t> read_whole(std::string_view text);

}  // namespace frontend
