#include "product.h"

#include <gtest/gtest.h>

#include "chassis/error.h"

namespace product {
namespace {

ProductDraft kettle() { return {"Copper kettle", "It sings.", "brass", {9'900, "EUR"}, 3}; }

/// The fields that a check names.
template <typename Thing, typename... More>
std::vector<std::string> wrong(const Thing& thing, const More&... more) {
  std::vector<std::string> pointers;
  try {
    check(thing, more...);
  } catch (const chassis::Error& error) {
    EXPECT_EQ(error.code(), chassis::ErrorCode::invalid);
    for (const auto& field : error.fields()) pointers.push_back(field.pointer);
  }
  return pointers;
}

using Pointers = std::vector<std::string>;

TEST(ProductDraft, a_kettle_is_accepted) { EXPECT_EQ(wrong(kettle(), "EUR"), Pointers{}); }

TEST(ProductDraft, every_wrong_field_is_named_at_once) {
  const ProductDraft draft{" Kettle", std::string(description_max + 1, 'x'), "", {-1, "USD"}, -1};
  EXPECT_EQ(wrong(draft, "EUR"), (Pointers{"/name", "/description", "/category", "/price/amount",
                                           "/price/currency", "/stock"}));
}

TEST(ProductDraft, limits_count_characters_and_not_bytes) {
  auto draft = kettle();
  draft.name.clear();
  for (std::size_t i = 0; i < name_max; ++i) draft.name += "é";
  EXPECT_EQ(wrong(draft, "EUR"), Pointers{});
  draft.name += "é";
  EXPECT_EQ(wrong(draft, "EUR"), Pointers{"/name"});
}

TEST(ProductDraft, a_name_is_more_than_blanks) {
  for (const auto* name : {"", " ", "\tKettle", "\nKettle"}) {
    auto draft = kettle();
    draft.name = name;
    EXPECT_EQ(wrong(draft, "EUR"), Pointers{"/name"}) << '"' << name << '"';
  }
}

TEST(ProductDraft, prices_and_stock_end_where_they_say) {
  auto draft = kettle();
  draft.price.amount = price_max;
  draft.stock = stock_max;
  EXPECT_EQ(wrong(draft, "EUR"), Pointers{});
  draft.price.amount = price_max + 1;
  draft.stock = stock_max + 1;
  EXPECT_EQ(wrong(draft, "EUR"), (Pointers{"/price/amount", "/stock"}));
}

TEST(ProductEdit, only_what_is_given_is_checked) {
  EXPECT_EQ(wrong(ProductEdit{}, "EUR"), Pointers{});
  ProductEdit edit;
  edit.name = "";
  edit.currency = "USD";
  EXPECT_EQ(wrong(edit, "EUR"), (Pointers{"/name", "/price/currency"}));
}

TEST(StockChange, it_moves_something_for_a_reason) {
  EXPECT_EQ(wrong(StockChange{stock_max, "delivery"}), Pointers{});
  EXPECT_EQ(wrong(StockChange{-stock_max, "broken"}), Pointers{});
  EXPECT_EQ(wrong(StockChange{0, ""}), (Pointers{"/delta", "/reason"}));
  EXPECT_EQ(wrong(StockChange{stock_max + 1, std::string(reason_max + 1, 'x')}),
            (Pointers{"/delta", "/reason"}));
}

TEST(IsFresh, sales_since_then_do_no_harm_but_edits_do) {
  // Seen at 5, edited last at 4, sold from since: now 7.
  EXPECT_TRUE(is_fresh(5, 4, 7, false));
  EXPECT_TRUE(is_fresh(4, 4, 7, false));
  EXPECT_FALSE(is_fresh(3, 4, 7, false));
}

TEST(IsFresh, who_sets_the_stock_must_have_seen_the_last_sale) {
  EXPECT_FALSE(is_fresh(6, 4, 7, true));
  EXPECT_TRUE(is_fresh(7, 4, 7, true));
}

TEST(IsFresh, nobody_has_seen_the_future) { EXPECT_FALSE(is_fresh(8, 4, 7, false)); }

}  // namespace
}  // namespace product
