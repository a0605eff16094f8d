#include "stock_json.h"

#include "chassis/json.h"

template <>
struct chassis::Fields<frontend::ProductDraft> {
  using Draft = frontend::ProductDraft;
  static constexpr auto list =
      std::make_tuple(field("name", &Draft::name), field("description", &Draft::description),
                      field("category", &Draft::category), field("price", &Draft::price),
                      field("stock", &Draft::stock));
};

template <>
struct chassis::Fields<frontend::ProductEdit> {
  using Edit = frontend::ProductEdit;
  static constexpr auto list =
      std::make_tuple(field("name", &Edit::name), field("description", &Edit::description),
                      field("price", &Edit::price));
};

template <>
struct chassis::Fields<frontend::StockChange> {
  using Change = frontend::StockChange;
  static constexpr auto list =
      std::make_tuple(field("delta", &Change::delta), field("reason", &Change::reason));
};

namespace frontend {

std::string draft_json(const ProductDraft& draft) { return chassis::to_json(draft); }
std::string edit_json(const ProductEdit& edit) { return chassis::to_json(edit); }
std::string change_json(const StockChange& change) { return chassis::to_json(change); }

}  // namespace frontend
