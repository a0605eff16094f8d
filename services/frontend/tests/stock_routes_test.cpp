#include "stock_routes.h"

#include <gtest/gtest.h>

#include "browser.h"
#include "stock_json.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;

class StockPages : public testing::Test {
 protected:
  Browser browser;
  const std::string page = "/admin/stock/" + std::string{tea_id};

  void SetUp() override { browser.sign_in(); }

  /// Sends a form of the page that was just looked at.
  const chassis::Response& send(const std::string& target, const std::string& fields) {
    return browser.post(
        target, fields + "&csrf=" + browser.token_on_page() + "&key=" + browser.on_page("key"));
  }

  Product& tea() { return browser.catalogue.products[0]; }
};

TEST_F(StockPages, only_administrators_come_in_and_only_they_see_the_door) {
  browser.get("/account");
  EXPECT_TRUE(browser.shows("href=\"/admin/stock\""));
  browser.roles = "";
  browser.get("/account");
  EXPECT_FALSE(browser.shows("href=\"/admin/stock\""));
  for (const auto& target : {std::string{"/admin/stock"}, std::string{"/admin/stock/new"}, page}) {
    EXPECT_EQ(browser.get(target).status, 403) << target;
    EXPECT_TRUE(browser.shows("This door stays shut"));
  }
  for (const auto& target : {std::string{"/admin/stock/new"}, page, page + "/count"}) {
    browser.get("/cart");
    EXPECT_EQ(send(target, "name=Mine&price=0&delta=5&reason=x").status, 403) << target;
  }
  EXPECT_TRUE(browser.storeroom.keys.empty());
  Browser stranger;
  EXPECT_EQ(stranger.get("/admin/stock").headers.get("Location"), "/signin?next=%2Fadmin%2Fstock");
}

TEST_F(StockPages, goods_are_listed_and_found) {
  browser.catalogue.next_cursor = "c+1";
  EXPECT_EQ(browser.get("/admin/stock?q=tea").status, 200);
  EXPECT_EQ(browser.catalogue.searches.back().text, "tea");
  EXPECT_TRUE(browser.shows("<a href=\"" + page + "\">Rize &lt;tea&gt;</a>"));
  EXPECT_TRUE(browser.shows("href=\"/admin/stock?q=tea&amp;cursor=c%2B1\" rel=\"next\""));
  EXPECT_EQ(browser.get("/admin/stock?cursor=broken").headers.get("Location"), "/admin/stock");
}

TEST_F(StockPages, pieces_come_and_go_with_a_reason) {
  browser.get(page);
  EXPECT_EQ(send(page + "/count", "delta=%2B40&reason=Delivery").status, 303);
  EXPECT_EQ(tea().stock, 43);
  EXPECT_NE(browser.storeroom.keys.back(), "");
  browser.get(page + "?done=counted");
  EXPECT_TRUE(browser.shows("43 can be sold just now."));
  EXPECT_TRUE(browser.shows("The pieces are counted."));
  EXPECT_EQ(send(page + "/count", "delta=-3&reason=Broken").status, 303);
  EXPECT_EQ(tea().stock, 40);
}

TEST_F(StockPages, what_cannot_be_counted_is_said_and_what_was_typed_stays) {
  browser.get(page);
  EXPECT_EQ(send(page + "/count", "delta=many&reason=%22Lost%22").status, 400);
  EXPECT_TRUE(browser.shows("The number must be a whole number."));
  EXPECT_TRUE(browser.shows("value=\"&quot;Lost&quot;\""));
  EXPECT_EQ(send(page + "/count", "delta=2&reason=").status, 400);
  EXPECT_TRUE(browser.shows("The reason must have 1 to 200 characters."));
  EXPECT_EQ(send(page + "/count", "delta=-4&reason=Lost").status, 409);
  EXPECT_TRUE(browser.shows("There are not that many to take"));
  EXPECT_EQ(tea().stock, 3);
}

TEST_F(StockPages, a_count_nobody_heard_of_is_sent_again_with_the_same_key) {
  browser.get(page);
  browser.storeroom.trouble = Error{ErrorCode::timeout, "late"};
  EXPECT_EQ(send(page + "/count", "delta=4&reason=Delivery").status, 504);
  EXPECT_TRUE(browser.shows("It is safe to send it again as it is."));
  EXPECT_EQ(browser.on_page("key"), browser.storeroom.keys.back());
  EXPECT_TRUE(browser.shows("value=\"Delivery\""));
}

TEST_F(StockPages, a_name_and_a_price_are_changed) {
  browser.get(page);
  EXPECT_EQ(browser.on_page("version"), "7");
  EXPECT_EQ(send(page, "version=7&name=Green+tea&price=12,50&description=a%0D%0Ab").status, 303);
  EXPECT_EQ(tea().name, "Green tea");
  EXPECT_EQ(tea().price.amount, 1250);
  EXPECT_EQ(tea().description, "a\nb");
}

TEST_F(StockPages, what_somebody_else_changed_meanwhile_is_shown_beside_what_was_typed) {
  browser.get(page);
  tea().name = "White tea";
  tea().version = 8;
  EXPECT_EQ(send(page, "version=7&name=Green+tea&price=12&description=").status, 412);
  EXPECT_TRUE(browser.shows("Somebody changed it meanwhile"));
  EXPECT_TRUE(browser.shows("<dt>Name now</dt><dd>White tea</dd>"));
  EXPECT_TRUE(browser.shows("<dt>Price now</dt><dd>€9.90</dd>"));
  EXPECT_TRUE(browser.shows("value=\"Green tea\""));
  EXPECT_EQ(tea().name, "White tea");
  EXPECT_EQ(browser.on_page("version"), "8") << "sent again, it replaces knowingly";
  EXPECT_EQ(send(page, "version=8&name=Green+tea&price=12&description=").status, 303);
}

TEST_F(StockPages, a_price_that_is_none_is_said_beside_its_field) {
  browser.get(page);
  EXPECT_EQ(send(page, "version=7&name=Tea&price=cheap&description=").status, 400);
  EXPECT_TRUE(browser.shows("The price must be written like 12.50."));
  EXPECT_TRUE(browser.shows("value=\"cheap\""));
  EXPECT_EQ(tea().version, 7);
}

TEST_F(StockPages, a_product_is_added_once_for_each_page) {
  browser.get("/admin/stock/new");
  EXPECT_TRUE(browser.shows("<option value=\"teas\">Teas</option>"));
  EXPECT_EQ(send("/admin/stock/new", "name=Saffron&description=Red.&category=teas&price=8&stock=5")
                .status,
            303);
  EXPECT_EQ(browser.last.headers.get("Location"),
            "/admin/stock/0190a000-0000-7000-8000-0000000000aa?done=added");
  EXPECT_EQ(browser.catalogue.products.back().price.amount, 800);
  EXPECT_NE(browser.storeroom.keys.back(), "");
  browser.get("/admin/stock/new");
  EXPECT_NE(browser.on_page("key"), browser.storeroom.keys.back());
}

TEST_F(StockPages, a_product_that_will_not_do_is_said_and_stays_typed) {
  browser.get("/admin/stock/new");
  EXPECT_EQ(
      send("/admin/stock/new", "name=&description=Red.&category=lamps&price=x&stock=few").status,
      400);
  EXPECT_TRUE(browser.shows("The price must be written like 12.50."));
  EXPECT_TRUE(browser.shows("The stock must be a whole number."));
  EXPECT_TRUE(browser.shows("Red.</textarea>"));
  EXPECT_TRUE(browser.shows("<option value=\"lamps\" selected>"));
  EXPECT_EQ(send("/admin/stock/new", "name=&description=&category=teas&price=1&stock=1").status,
            400);
  EXPECT_TRUE(browser.shows("The name must have 1 to 120 characters."));
}

TEST_F(StockPages, every_form_asks_for_the_token) {
  for (const auto& target : {std::string{"/admin/stock/new"}, page, page + "/count"}) {
    EXPECT_EQ(browser.post(target, "name=N&price=1&delta=1&reason=r&version=7&stock=1").status, 403)
        << target;
    EXPECT_TRUE(browser.shows("open for too long")) << target;
  }
  EXPECT_TRUE(browser.storeroom.keys.empty());
}

TEST_F(StockPages, without_the_catalogue_the_pages_say_so) {
  browser.catalogue.products_away = browser.catalogue.categories_away = true;
  EXPECT_EQ(browser.get("/admin/stock").status, 503);
  EXPECT_TRUE(browser.shows("The catalogue is out of reach just now."));
  EXPECT_EQ(browser.get("/admin/stock/new").status, 503);
  EXPECT_EQ(browser.get(page).status, 504);
}

TEST(Whole, is_read_as_people_write_it) {
  EXPECT_EQ(read_whole("12"), 12);
  EXPECT_EQ(read_whole("+12"), 12);
  EXPECT_EQ(read_whole("-3"), -3);
  for (const auto* const text : {"", "+", "-", "+-3", "1.5", " 1", "1e3", "many"}) {
    EXPECT_EQ(read_whole(text), std::nullopt) << text;
  }
}

TEST(StockJson, says_what_the_catalogue_expects) {
  EXPECT_EQ(change_json({-3, "Broken"}), R"({"delta":-3,"reason":"Broken"})");
  EXPECT_EQ(edit_json({"Tea", "", {990, "EUR"}}),
            R"({"name":"Tea","description":"","price":{"amount":990,"currency":"EUR"}})");
}

}  // namespace
}  // namespace frontend
