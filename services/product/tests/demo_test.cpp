#include "demo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "demo_json.h"
#include "product_embedded.h"

namespace product {
namespace {

std::vector<DemoProduct> catalogue(std::size_t most) {
  return demo_catalogue(embedded(), most, "EUR");
}

TEST(DemoCatalogue, the_small_one_has_hundreds_in_ten_categories) {
  std::map<std::string, int> count;
  for (const auto& product : catalogue(*demo_most({}))) ++count[product.draft.category];
  EXPECT_EQ(count.size(), 10U);
  for (const auto& [category, products] : count) EXPECT_EQ(products, 36) << category;
}

TEST(DemoCatalogue, the_large_one_begins_with_the_small_one_and_has_thousands) {
  const auto large = catalogue(*demo_most({"--size", "large"}));
  EXPECT_GE(large.size(), 5'000U);
  std::map<std::string, std::string> names;
  for (const auto& product : large) names[product.id] = product.draft.name;
  for (const auto& product : catalogue(*demo_most({"--size", "small"}))) {
    EXPECT_EQ(names[product.id], product.draft.name);
  }
}

TEST(DemoCatalogue, every_product_could_be_sold) {
  std::set<std::string> ids;
  std::set<std::string> names;
  for (const auto& product : catalogue(*demo_most({"--size", "large"}))) {
    const auto& draft = product.draft;
    EXPECT_NO_THROW(check(draft, "EUR")) << draft.name;
    EXPECT_TRUE(ids.insert(product.id).second) << draft.name;
    EXPECT_TRUE(names.insert(draft.name).second) << draft.name << " twice";
    EXPECT_GE(draft.price.amount, 190) << draft.name;
    const auto text = draft.name + draft.description;
    EXPECT_EQ(text.find_first_of("{}|"), std::string::npos) << text;
    const auto sentences = std::count(draft.description.begin(), draft.description.end(), '.');
    EXPECT_GE(sentences, 2) << draft.description;
  }
}

TEST(DemoCatalogue, a_few_are_sold_out_and_a_few_nearly) {
  const auto products = catalogue(*demo_most({}));
  const auto with = [&](std::int64_t least, std::int64_t most) {
    return std::count_if(products.begin(), products.end(), [&](const auto& product) {
      return product.draft.stock >= least && product.draft.stock <= most;
    });
  };
  EXPECT_GE(with(0, 0), 3);
  EXPECT_GE(with(1, 3), 5);
  EXPECT_GE(with(4, 1'000), 300);
}

TEST(DemoMost, other_arguments_are_refused) {
  EXPECT_FALSE(demo_most({"--size"}));
  EXPECT_FALSE(demo_most({"--size", "huge"}));
  EXPECT_FALSE(demo_most({"small"}));
}

TEST(DemoProducts, slots_fill_names_and_texts_and_change_the_price) {
  const DemoMaterial material{{{"size", {"small|fits a hand|50", "large|fills a room"}}},
                              {{"Lamp, {size}", "It {size.note}. {size.note+}.", 1'000, 1'000}}};
  const auto products = demo_products(material, "lamps", 0, 10, "EUR");
  ASSERT_EQ(products.size(), 2U);
  EXPECT_EQ(products[0].draft.name, "Lamp, small");
  EXPECT_EQ(products[0].draft.description, "It fits a hand. Fits a hand.");
  EXPECT_EQ(products[0].draft.price.amount, 490);
  EXPECT_EQ(products[1].draft.price.amount, 990);
  EXPECT_EQ(products[1].draft.category, "lamps");
}

TEST(DemoProducts, a_slot_that_is_missing_is_an_error) {
  EXPECT_THROW(demo_products({{}, {{"Lamp, {size}", "A lamp.", 1, 2}}}, "lamps", 0, 10, "EUR"),
               std::runtime_error);
}

}  // namespace
}  // namespace product
