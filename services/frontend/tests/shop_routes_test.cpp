#include "shop_routes.h"

#include <gtest/gtest.h>

#include "browser.h"

namespace frontend {
namespace {

using testing::Test;

class ShopPages : public Test {
 protected:
  Browser browser;
};

TEST_F(ShopPages, home_shows_categories_and_goods) {
  EXPECT_EQ(browser.get("/").status, 200);
  EXPECT_TRUE(browser.shows("href=\"/shop?category=teas\""));
  EXPECT_TRUE(browser.shows("€9.90"));
  EXPECT_TRUE(browser.shows("/shop/" + std::string{tea_id} + "/rize-tea"));
  EXPECT_TRUE(browser.shows("Only 3 left"));
  EXPECT_TRUE(browser.shows("Sold out"));
}

TEST_F(ShopPages, what_the_catalogue_says_is_escaped) {
  browser.get("/shop/" + std::string{tea_id});
  EXPECT_TRUE(browser.shows("Rize &lt;tea&gt;"));
  EXPECT_FALSE(browser.shows("Rize <tea>"));
}

TEST_F(ShopPages, what_the_visitor_types_is_escaped) {
  browser.get("/shop?q=%22%3E%3Cscript%3E&min_price=%22%3E%3Cscript%3E");
  EXPECT_EQ(browser.last.status, 200);
  EXPECT_FALSE(browser.shows("<script"));
  EXPECT_TRUE(browser.shows("&quot;&gt;&lt;script&gt;"));
}

TEST_F(ShopPages, pictures_come_from_this_site_only) {
  browser.get("/shop");
  EXPECT_TRUE(browser.shows("/pictures/lamps/" + std::string{lamp_id} + ".svg?of=mosaic-lamp"));
  EXPECT_FALSE(browser.shows("elsewhere.example"));
}

TEST_F(ShopPages, home_stands_when_the_categories_are_away) {
  browser.catalogue.categories_away = true;
  EXPECT_EQ(browser.get("/").status, 200);
  EXPECT_TRUE(browser.shows("The list of categories is out of reach."));
  EXPECT_TRUE(browser.shows("Rize"));
}

TEST_F(ShopPages, home_stands_when_the_whole_catalogue_is_away) {
  browser.catalogue.categories_away = browser.catalogue.products_away = true;
  EXPECT_EQ(browser.get("/").status, 200);
  EXPECT_TRUE(browser.shows("The newest goods are out of reach."));
  EXPECT_TRUE(browser.shows("under one roof"));
}

TEST_F(ShopPages, the_list_without_its_goods_is_unavailable) {
  browser.catalogue.products_away = true;
  EXPECT_EQ(browser.get("/shop?q=tea").status, 503);
  EXPECT_TRUE(browser.shows("The shop cannot be reached just now."));
  EXPECT_TRUE(browser.shows("value=\"tea\""));
}

TEST_F(ShopPages, the_list_asks_for_what_the_address_says) {
  browser.get("/shop?q=saffron+tea&category=teas&min_price=5&max_price=12,50&sort=-price");
  ASSERT_EQ(browser.catalogue.searches.size(), 1U);
  const auto& search = browser.catalogue.searches[0];
  EXPECT_EQ(search.text, "saffron tea");
  EXPECT_EQ(search.category, "teas");
  EXPECT_EQ(search.min_price, 500);
  EXPECT_EQ(search.max_price, 1250);
  EXPECT_EQ(search.sort, "-price");
}

TEST_F(ShopPages, show_more_keeps_the_filters_and_adds_the_cursor) {
  browser.catalogue.next_cursor = "a+b/c";
  browser.get("/shop?category=teas&min_price=5&sort=price");
  EXPECT_TRUE(browser.shows(
      "/shop?category=teas&amp;min_price=5&amp;sort=price&amp;cursor=a%2Bb%2Fc\" rel=\"next\""));
  EXPECT_FALSE(browser.shows("Back to the start"));
  browser.get("/shop?category=teas&min_price=5&sort=price&cursor=a%2Bb%2Fc");
  EXPECT_EQ(browser.catalogue.searches.back().cursor, "a+b/c");
  EXPECT_TRUE(browser.shows("Back to the start"));
}

TEST_F(ShopPages, a_cursor_that_is_none_leads_back_to_the_first_page) {
  EXPECT_EQ(browser.get("/shop?category=teas&cursor=broken").status, 303);
  EXPECT_EQ(browser.last.headers.get("Location"), "/shop?category=teas");
}

TEST_F(ShopPages, a_price_that_is_none_is_named_beside_its_field) {
  EXPECT_EQ(browser.get("/shop?min_price=cheap&max_price=20").status, 200);
  EXPECT_TRUE(browser.shows("“cheap” is not a price"));
  EXPECT_TRUE(browser.shows("aria-describedby=\"min_price_error\""));
  EXPECT_EQ(browser.catalogue.searches[0].min_price, std::nullopt);
  EXPECT_EQ(browser.catalogue.searches[0].max_price, 2000);
  browser.get("/shop?min_price=20&max_price=5");
  EXPECT_TRUE(browser.shows("must not be below"));
}

TEST_F(ShopPages, an_empty_list_says_so_and_offers_everything) {
  browser.catalogue.products.clear();
  EXPECT_EQ(browser.get("/shop?q=zebra").status, 200);
  EXPECT_TRUE(browser.shows("We looked for “zebra”"));
  EXPECT_TRUE(browser.shows("Show everything"));
}

TEST_F(ShopPages, a_product_page_tells_price_stock_and_kind) {
  EXPECT_EQ(browser.get("/shop/" + std::string{tea_id} + "/any-words").status, 200);
  EXPECT_TRUE(browser.shows("€9.90"));
  EXPECT_TRUE(browser.shows("<p>First flush.</p>"));
  EXPECT_TRUE(browser.shows("href=\"/shop?category=teas\""));
}

TEST_F(ShopPages, a_product_that_is_not_there_is_404_as_a_page) {
  EXPECT_EQ(browser.get("/shop/0190a000-0000-7000-8000-0000000000ff").status, 404);
  EXPECT_TRUE(browser.shows("No such door"));
  EXPECT_EQ(browser.get("/shop/not-an-id").status, 404);
  EXPECT_EQ(browser.get("/nowhere/at/all").status, 404);
  EXPECT_EQ(browser.last.content_type, "text/html; charset=utf-8");
}

TEST_F(ShopPages, a_product_that_cannot_be_fetched_is_503_and_names_the_trace) {
  browser.catalogue.products_away = true;
  EXPECT_EQ(browser.get("/shop/" + std::string{tea_id}).status, 504);
  EXPECT_TRUE(browser.shows("Back in a moment"));
}

TEST_F(ShopPages, no_page_allows_a_script_a_frame_or_another_site) {
  for (const auto* const page : {"/", "/shop", "/signin", "/nowhere"}) {
    browser.get(page);
    const auto policy = browser.last.headers.get("Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos) << page;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << page;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << page;
    EXPECT_FALSE(browser.shows("<script")) << page;
    EXPECT_FALSE(browser.shows("style=")) << page;
    EXPECT_FALSE(browser.shows("<style")) << page;
  }
}

TEST_F(ShopPages, a_page_for_everybody_may_be_kept_but_one_for_a_person_never) {
  browser.get("/shop");
  EXPECT_EQ(browser.last.headers.get("Cache-Control"), "no-cache");
  EXPECT_EQ(browser.last.headers.get("Vary"), "Cookie");
  browser.get("/signin");
  EXPECT_EQ(browser.last.headers.get("Cache-Control"), "no-store");
  browser.sign_in();
  browser.get("/shop");
  EXPECT_EQ(browser.last.headers.get("Cache-Control"), "no-store");
}

TEST_F(ShopPages, assets_are_kept_for_ever_under_an_address_of_their_content) {
  browser.get("/");
  const auto at = browser.last.body.find("/assets/style.");
  ASSERT_NE(at, std::string::npos);
  const auto address = browser.last.body.substr(at, browser.last.body.find('"', at) - at);
  EXPECT_EQ(browser.get(address).status, 200);
  EXPECT_EQ(browser.last.content_type, "text/css; charset=utf-8");
  EXPECT_NE(browser.last.headers.get("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(browser.get("/assets/style.css").status, 404);
}

TEST_F(ShopPages, a_picture_is_an_svg_with_an_etag) {
  EXPECT_EQ(browser.get("/pictures/teas/" + std::string{tea_id} + ".svg").status, 200);
  EXPECT_EQ(browser.last.content_type, "image/svg+xml");
  EXPECT_TRUE(browser.last.headers.has("ETag"));
  EXPECT_NE(browser.last.headers.get("Cache-Control").find("public"), std::string::npos);
}

}  // namespace
}  // namespace frontend
