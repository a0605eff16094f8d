#include "cart_routes.h"

#include <gtest/gtest.h>

#include <regex>

#include "browser.h"

namespace frontend {
namespace {

class CartPages : public testing::Test {
 protected:
  Browser browser;
  const std::string tea_page = "/shop/" + std::string{tea_id};

  /// Looks at the product and takes as many of it.
  void take(const std::string& quantity, const std::string& product_id = tea_id) {
    browser.send_form(tea_page, "/cart/items",
                      "product_id=" + product_id + "&quantity=" + quantity);
  }

  std::string guest() { return browser.cookies["__Host-guest"]; }
  std::string tea_path(const std::string& more = "") {
    return "/cart/items/" + std::string{tea_id} + more;
  }
};

TEST_F(CartPages, every_page_leads_to_the_cart_and_asks_nobody_about_it) {
  browser.carts.away = true;
  for (const auto* const page : {"/", "/shop", "/signin", "/nowhere"}) {
    browser.get(page);
    EXPECT_TRUE(browser.shows("<a href=\"/cart\">Cart</a>")) << page;
  }
  browser.get("/cart");
  EXPECT_TRUE(browser.shows("<a href=\"/cart\" aria-current=\"page\">Cart</a>"));
}

TEST_F(CartPages, a_visitor_without_a_cart_sees_an_empty_one_and_stays_nobody) {
  EXPECT_EQ(browser.get("/cart").status, 200);
  EXPECT_TRUE(browser.shows("Nothing in it yet"));
  EXPECT_EQ(browser.set_cookie("__Host-guest"), "");
  EXPECT_EQ(browser.last.headers.get("Cache-Control"), "no-store");
}

TEST_F(CartPages, with_the_first_thing_added_a_visitor_becomes_a_guest) {
  take("2");
  EXPECT_EQ(browser.last.status, 303);
  EXPECT_EQ(browser.last.headers.get("Location"), "/cart?done=added");
  const std::regex line{
      "__Host-guest=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}; Path=/; "
      "Secure; HttpOnly; SameSite=Lax; Max-Age=31536000"};
  EXPECT_TRUE(std::regex_match(browser.set_cookie("__Host-guest"), line))
      << browser.set_cookie("__Host-guest");
  EXPECT_EQ(browser.carts.carts[guest()][tea_id], 2);
  browser.get("/cart?done=added");
  EXPECT_TRUE(browser.shows("It is in your cart."));
  EXPECT_TRUE(browser.shows("€19.80"));
}

TEST_F(CartPages, a_guest_stays_the_same_one_and_more_adds_to_what_is_there) {
  take("1");
  const auto first = guest();
  take("1");
  EXPECT_EQ(browser.set_cookie("__Host-guest"), "");
  EXPECT_EQ(guest(), first);
  EXPECT_EQ(browser.carts.carts[first][tea_id], 2);
  take("98");
  EXPECT_EQ(browser.carts.carts[first][tea_id], quantity_max);
}

TEST_F(CartPages, a_guest_cookie_that_we_did_not_make_is_nobody) {
  browser.cookies["__Host-guest"] = "me; admin";
  EXPECT_EQ(browser.get("/cart").status, 200);
  EXPECT_TRUE(browser.shows("Nothing in it yet"));
}

TEST_F(CartPages, two_visitors_have_two_carts) {
  take("1");
  Browser other;
  other.get("/cart");
  EXPECT_TRUE(other.shows("Nothing in it yet"));
  EXPECT_NE(new_guest_id(), new_guest_id());
}

TEST_F(CartPages, a_quantity_is_changed_and_none_takes_the_line_out) {
  take("1");
  EXPECT_EQ(browser.send_form("/cart", tea_path(), "quantity=3").status, 303);
  EXPECT_EQ(browser.carts.carts[guest()][tea_id], 3);
  EXPECT_EQ(browser.send_form("/cart", tea_path(), "quantity=0").status, 303);
  EXPECT_EQ(browser.carts.carts[guest()].count(tea_id), 0U);
}

TEST_F(CartPages, a_line_is_removed_and_a_cart_emptied) {
  take("1");
  browser.send_form("/cart", tea_path("/remove"), "quantity=1");
  EXPECT_EQ(browser.last.headers.get("Location"), "/cart?done=removed");
  EXPECT_TRUE(browser.carts.carts[guest()].empty());
  take("1");
  browser.send_form("/cart", "/cart/empty", "");
  EXPECT_EQ(browser.last.headers.get("Location"), "/cart?done=emptied");
  EXPECT_TRUE(browser.carts.carts[guest()].empty());
}

TEST_F(CartPages, what_is_no_quantity_changes_nothing_and_is_said) {
  take("1");
  for (const auto* const wrong : {"", "-1", "100", "2.5", "many", "99999999999999999999"}) {
    EXPECT_EQ(browser.send_form("/cart", tea_path(), "quantity=" + std::string{wrong}).status, 400)
        << wrong;
    EXPECT_TRUE(browser.shows("A quantity is a whole number from 1 to 99.")) << wrong;
  }
  take("0");
  EXPECT_EQ(browser.last.status, 400);
  EXPECT_EQ(browser.carts.carts[guest()][tea_id], 1);
}

TEST_F(CartPages, less_than_wanted_is_said_beside_the_line_and_holds_up_the_checkout) {
  take("3");
  browser.get("/cart");
  EXPECT_FALSE(browser.shows("line-note"));
  EXPECT_TRUE(browser.shows("href=\"/checkout\""));
  browser.catalogue.products[0].stock = 2;
  browser.get("/cart");
  EXPECT_TRUE(browser.shows("Only 2 left"));
  EXPECT_FALSE(browser.shows("href=\"/checkout\""));
  browser.catalogue.products[0].stock = 0;
  browser.get("/cart");
  EXPECT_TRUE(browser.shows("Sold out just now"));
}

TEST_F(CartPages, the_name_of_a_product_is_escaped) {
  take("1");
  browser.get("/cart");
  EXPECT_TRUE(browser.shows("Rize &lt;tea&gt;"));
  EXPECT_FALSE(browser.shows("Rize <tea>"));
}

TEST_F(CartPages, without_the_catalogue_goods_come_as_parcels) {
  take("1");
  browser.get("/cart");
  EXPECT_TRUE(browser.shows("/pictures/teas/" + std::string{tea_id} + ".svg?of=rize-tea"));
  browser.catalogue.products_away = true;
  EXPECT_EQ(browser.get("/cart").status, 200);
  EXPECT_TRUE(browser.shows("/pictures/parcel/" + std::string{tea_id} + ".svg"));
  EXPECT_TRUE(browser.shows("€9.90"));
}

TEST_F(CartPages, without_carts_the_page_says_so_and_the_rest_stands) {
  take("1");
  browser.carts.away = true;
  EXPECT_EQ(browser.get("/cart").status, 503);
  EXPECT_TRUE(browser.shows("Your cart is out of reach just now."));
  EXPECT_TRUE(browser.shows("href=\"/shop\""));
  EXPECT_EQ(browser.get(tea_page).status, 200);
  EXPECT_EQ(browser.get("/shop").status, 200);
  take("1");
  EXPECT_EQ(browser.last.status, 503);
  EXPECT_TRUE(browser.shows("nothing was changed"));
}

TEST_F(CartPages, what_is_not_sold_or_does_not_fit_is_said) {
  take("1", lamp_id);
  EXPECT_EQ(browser.last.status, 303);
  take("1", "0190a000-0000-7000-8000-0000000000ff");
  EXPECT_EQ(browser.last.status, 404);
  EXPECT_TRUE(browser.shows("That is not sold here any more."));
  take("1", "../../v1/orders");
  EXPECT_EQ(browser.last.status, 404);
  browser.carts.full = true;
  take("1");
  EXPECT_EQ(browser.last.status, 409);
  EXPECT_TRUE(browser.shows("as much as it can"));
}

TEST_F(CartPages, every_form_of_the_cart_asks_for_the_token) {
  take("1");
  const auto fields = "quantity=5&product_id=" + std::string{tea_id};
  for (const auto& target :
       {std::string{"/cart/items"}, tea_path(), tea_path("/remove"), std::string{"/cart/empty"}}) {
    EXPECT_EQ(browser.post(target, fields).status, 403) << target;
    EXPECT_TRUE(browser.shows("open for too long")) << target;
  }
  EXPECT_EQ(browser.carts.carts[guest()][tea_id], 1);
  Browser stranger;
  EXPECT_EQ(stranger.post("/cart/items", fields).status, 403);
  EXPECT_EQ(stranger.set_cookie("__Host-guest"), "") << "nobody becomes a guest by another's form";
}

TEST_F(CartPages, only_what_is_there_can_be_taken) {
  browser.get(tea_page);
  EXPECT_TRUE(browser.shows("Add to cart"));
  EXPECT_TRUE(browser.shows("max=\"3\" value=\"1\""));
  browser.get("/shop/" + std::string{lamp_id});
  EXPECT_FALSE(browser.shows("Add to cart"));
}

TEST_F(CartPages, whoever_signs_in_takes_the_guests_cart_along) {
  take("2");
  const auto guest_id = guest();
  browser.carts.carts[ada_id][lamp_id] = 1;
  browser.sign_in();
  EXPECT_EQ(browser.last.status, 303);
  EXPECT_EQ(browser.carts.carts[ada_id][tea_id], 2);
  EXPECT_EQ(browser.carts.carts[ada_id][lamp_id], 1);
  EXPECT_TRUE(browser.carts.carts[guest_id].empty());
  EXPECT_EQ(browser.cookies.count("__Host-guest"), 0U);
}

TEST_F(CartPages, whoever_signs_up_does_too) {
  take("2");
  browser.send_form("/signup", "/signup",
                    "name=Ada&email=ada%40example.com&password=a-long-enough-one");
  EXPECT_EQ(browser.last.status, 303);
  EXPECT_EQ(browser.carts.carts[ada_id][tea_id], 2);
}

TEST_F(CartPages, carts_that_are_away_fail_no_sign_in_and_are_merged_at_the_next_look) {
  take("2");
  browser.carts.away = true;
  browser.sign_in();
  EXPECT_EQ(browser.last.status, 303);
  EXPECT_EQ(browser.cookies.count("__Host-access"), 1U);
  EXPECT_EQ(browser.cookies.count("__Host-guest"), 1U);
  browser.carts.away = false;
  browser.get("/cart");
  EXPECT_TRUE(browser.shows("€19.80"));
  EXPECT_EQ(browser.cookies.count("__Host-guest"), 0U);
  browser.get("/cart");
  EXPECT_EQ(browser.carts.merges, 1);
}

TEST_F(CartPages, somebody_signed_in_needs_no_guest) {
  browser.sign_in();
  take("1");
  EXPECT_EQ(browser.set_cookie("__Host-guest"), "");
  EXPECT_EQ(browser.carts.carts[ada_id][tea_id], 1);
  EXPECT_EQ(browser.carts.merges, 0);
}

TEST_F(CartPages, a_session_in_doubt_has_no_empty_cart_but_one_out_of_reach) {
  browser.sign_in();
  browser.cookies.erase("__Host-access");
  browser.accounts.away = true;
  EXPECT_EQ(browser.get("/cart").status, 503);
  EXPECT_FALSE(browser.shows("Nothing in it yet"));
}

}  // namespace
}  // namespace frontend
