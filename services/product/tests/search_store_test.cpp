#include "search_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "chassis/testing/database.h"
#include "demo_json.h"
#include "demo_store.h"
#include "product_embedded.h"
#include "product_store.h"

namespace product {
namespace {

using chassis::Transaction;

Search by_relevance(const std::string& text) {
  Search search;
  search.text = text;
  search.sort = Sort::relevance;
  return search;
}

class SearchStore : public testing::Test {
 protected:
  void add(const std::string& name, const std::string& description = "",
           const std::string& category = "brass") {
    database_.database().write([&](Transaction& transaction) {
      PostgresProductChanges{transaction, "EUR"}.create(
          {name, description, category, {100, "EUR"}, 1}, "test");
    });
  }
  std::vector<std::string> find(const std::string& text) {
    std::vector<std::string> names;
    for (const auto& found : products_.list(by_relevance(text), {}, 100)) {
      names.push_back(found.product.name);
    }
    return names;
  }
  void load_demo(std::size_t most) {
    load(database_.database(), demo_catalogue(embedded(), most, "EUR"));
  }

  chassis::testing::TestDatabase database_{embedded()};
  PostgresProducts products_{database_.database(), "EUR"};
};

using Names = std::vector<std::string>;

TEST_F(SearchStore, names_stand_before_categories_before_descriptions) {
  add("Trivet", "Goes below a lamp.", "brass");
  add("Trinket", "", "lamps");
  add("Desk lamp", "", "brass");
  EXPECT_EQ(find("lamp"), (Names{"Desk lamp", "Trinket", "Trivet"}));
  EXPECT_EQ(find("lamps"), find("lamp"));
}

TEST_F(SearchStore, exact_matches_stand_before_those_with_a_slip) {
  add("Copper kettle");
  add("Copper ketle, as its maker spells it");
  add("Tray");
  EXPECT_EQ(find("kettle"), (Names{"Copper kettle", "Copper ketle, as its maker spells it"}));
  EXPECT_EQ(find("ketle"), (Names{"Copper ketle, as its maker spells it", "Copper kettle"}));
}

TEST_F(SearchStore, slips_accents_and_beginnings_find_what_was_meant) {
  add("Copper kettle");
  add("Saffron threads", "", "spices");
  add("Desk lamp", "", "lamps");
  add("Épices de Provence", "", "spices");
  for (const auto& [typed, meant] :
       std::vector<std::pair<std::string, std::string>>{{"keetle", "Copper kettle"},
                                                        {"KETTEL", "Copper kettle"},
                                                        {"coper keetle", "Copper kettle"},
                                                        {"kett", "Copper kettle"},
                                                        {"safron", "Saffron threads"},
                                                        {"saffran", "Saffron threads"},
                                                        {"lmap", "Desk lamp"},
                                                        {"epices", "Épices de Provence"},
                                                        {"épcies", "Épices de Provence"}}) {
    const auto found = find(typed);
    ASSERT_FALSE(found.empty()) << typed;
    EXPECT_EQ(found.front(), meant) << typed;
  }
}

TEST_F(SearchStore, every_word_must_be_found_and_operators_mean_what_they_say) {
  add("Copper kettle");
  add("Copper tray");
  add("Iron kettle");
  add("Kettle of copper");
  EXPECT_EQ(find("copper kettle").size(), 2U);
  EXPECT_EQ(find("\"copper kettle\""), Names{"Copper kettle"});
  EXPECT_EQ(find("kettle -copper"), Names{"Iron kettle"});
  EXPECT_EQ(find("tray or iron").size(), 2U);
}

TEST_F(SearchStore, nonsense_finds_nothing_and_harms_nothing) {
  add("Copper kettle");
  for (const auto* text : {"xyzzyplugh", "the", "!!!", "' OR 1=1 --", "& | ! ( ) : *", "\\", "%_",
                           "\"", "-", "<->", "𝄞", "'''"}) {
    EXPECT_TRUE(find(text).empty()) << text;
  }
  EXPECT_TRUE(find(std::string(200, 'k')).empty());
}

TEST_F(SearchStore, removed_products_are_not_found_and_lend_no_words) {
  add("Copper kettle");
  add("Keetles");
  for (const auto& found : products_.list(by_relevance("keetles"), {}, 1)) {
    products_.remove(found.product.id, {});
  }
  EXPECT_EQ(find("keetle"), Names{"Copper kettle"});
}

TEST_F(SearchStore, mistyped_names_of_the_demo_catalogue_are_found_first) {
  load_demo(36);
  for (const auto& [typed, word] :
       std::vector<std::pair<std::string, std::string>>{{"keetle", "kettle"},
                                                        {"safron", "Saffron"},
                                                        {"darjeling", "Darjeeling"},
                                                        {"lantren", "lantern"},
                                                        {"samovr", "Samovar"},
                                                        {"teapto", "teapot"}}) {
    const auto found = find(typed);
    ASSERT_FALSE(found.empty()) << typed;
    EXPECT_NE(found.front().find(word), std::string::npos) << typed << ": " << found.front();
  }
}

TEST_F(SearchStore, every_order_walks_through_everything_once) {
  load_demo(36);
  for (const auto sort : {Sort::relevance, Sort::price_up, Sort::price_down, Sort::newest}) {
    for (const auto* category : {"", "teas"}) {
      for (const auto* text : {"", "tea"}) {
        const Search search{text, category, 700, price_max, sort};
        if (sort == Sort::relevance && search.text.empty()) continue;
        const auto whole = products_.list(search, {}, 1'000);
        ASSERT_GE(whole.size(), 15U) << category << ' ' << text;
        std::vector<std::string> walked;
        std::optional<Place> after;
        for (;;) {
          const auto page = products_.list(search, after, 7);
          for (const auto& found : page) walked.push_back(found.product.id);
          if (page.size() < 7) break;
          after = Place{page.back().key, page.back().product.id};
        }
        ASSERT_EQ(walked.size(), whole.size());
        for (std::size_t i = 0; i < whole.size(); ++i) {
          EXPECT_EQ(walked[i], whole[i].product.id);
          if (i > 0) {
            const auto [before, now] = std::pair{whole[i - 1].key, whole[i].key};
            EXPECT_TRUE(sort == Sort::price_up ? before <= now : before >= now);
          }
          EXPECT_GE(whole[i].product.price.amount, 700);
        }
        EXPECT_EQ(std::set(walked.begin(), walked.end()).size(), walked.size());
      }
    }
  }
}

/// With the plan that is made once for all parameters, which is the hardest to get right.
TEST_F(SearchStore, no_list_reads_the_whole_table) {
  load_demo(600);
  database_.database().read([](Transaction& transaction) { transaction.exec("ANALYZE"); });
  for (const auto sort : {Sort::relevance, Sort::price_up, Sort::price_down, Sort::newest}) {
    for (const auto* category : {"", "teas"}) {
      for (const auto* text : {"", "kettle"}) {
        if (sort == Sort::relevance && *text == '\0') continue;
        const Search search{text, category, 0, price_max, sort};
        const auto& statement = list_statement(search);
        std::string values = "0, 5000, 1000, '01980000-0000-7000-8000-000000000000', 21";
        if (*category != '\0') values += ", 'teas'";
        if (sort == Sort::relevance) values += ", '''kettl'''";
        if (*text != '\0') values += ", '''kettl'''";
        const auto plan = database_.database().write([&](Transaction& transaction) {
          transaction.exec("SET LOCAL plan_cache_mode = force_generic_plan");
          transaction.exec(std::string{"PREPARE list AS "} + statement.sql);
          std::string lines;
          for (const auto& row : transaction.exec("EXPLAIN EXECUTE list (" + values + ")")) {
            lines += std::string{row[0].c_str()} + "\n";
          }
          transaction.exec("DEALLOCATE list");
          return lines;
        });
        EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << statement.sql << "\n" << plan;
        EXPECT_NE(plan.find("Index"), std::string::npos) << plan;
      }
    }
  }
}

}  // namespace
}  // namespace product
