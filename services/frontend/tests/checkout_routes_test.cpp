#include "checkout_routes.h"

#include <gtest/gtest.h>

#include <regex>

#include "browser.h"
#include "chassis/id.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using Kind = Outcome::Kind;

constexpr auto address =
    "&ship_name=Ada&ship_street=Road+1&ship_postcode=12345&ship_city=Rize&ship_country=T%C3%"
    "BCrkiye";

class CheckoutPages : public testing::Test {
 protected:
  Browser browser;

  void SetUp() override {
    browser.sign_in();
    browser.carts.carts[ada_id][tea_id] = 2;
  }

  /// What a browser sends of the page it last saw, with the token the bank gave.
  std::string form(const std::string& token = "tok_1", const std::string& where = address) const {
    std::string fields = "card_token=" + token + where;
    for (const auto* const name : {"csrf", "key", "total_amount", "total_currency", "seen"}) {
      fields += "&" + std::string{name} + "=" + chassis::percent_encoded(browser.on_page(name));
    }
    return fields;
  }

  const chassis::Response& pay(const std::string& token = "tok_1") {
    browser.get("/checkout");
    return browser.post("/checkout", form(token));
  }

  std::string policy() const {
    return std::string{browser.last.headers.get("Content-Security-Policy")};
  }
};

TEST_F(CheckoutPages, somebody_unknown_signs_in_first_and_comes_back) {
  Browser stranger;
  EXPECT_EQ(stranger.get("/checkout").status, 303);
  EXPECT_EQ(stranger.last.headers.get("Location"), "/signin?next=%2Fcheckout");
  EXPECT_EQ(stranger.post("/checkout", "card_token=t").headers.get("Location"),
            "/signin?next=%2Fcheckout");
  stranger.send_form("/signin?next=%2Fcheckout", "/signin",
                     "email=ada%40example.com&password=caravan-of-tea-42&next=%2Fcheckout");
  EXPECT_EQ(stranger.last.headers.get("Location"), "/checkout");
}

TEST_F(CheckoutPages, the_page_shows_what_it_costs_and_asks_where_it_goes) {
  EXPECT_EQ(browser.get("/checkout").status, 200);
  EXPECT_TRUE(browser.shows("2 × Rize &lt;tea&gt;"));
  EXPECT_TRUE(browser.shows("€19.80"));
  EXPECT_TRUE(browser.shows("name=\"ship_street\" autocomplete=\"shipping address-line1\""));
  EXPECT_EQ(browser.on_page("total_amount"), "1980");
  EXPECT_EQ(browser.on_page("total_currency"), "EUR");
  EXPECT_EQ(browser.last.headers.get("Cache-Control"), "no-store");
}

TEST_F(CheckoutPages, the_inputs_for_the_card_have_no_names_so_that_no_form_sends_them) {
  browser.get("/checkout");
  const std::regex input{"<input[^>]*>"};
  int cards = 0;
  for (std::sregex_iterator at{browser.last.body.begin(), browser.last.body.end(), input}, end;
       at != end; ++at) {
    const auto text = at->str();
    if (text.find("data-card=") != std::string::npos) {
      ++cards;
      EXPECT_EQ(text.find(" name="), std::string::npos) << text;
    } else {
      EXPECT_EQ(text.find("cc-"), std::string::npos) << text;
    }
  }
  EXPECT_EQ(cards, 3);
  EXPECT_TRUE(browser.shows("data-card=\"card_number\""));
  EXPECT_TRUE(browser.shows("pattern=\"[0-9 ]{13,23}\""));
  EXPECT_TRUE(browser.shows("data-tokenise=\"/bank/v1/tokens\""));
}

TEST_F(CheckoutPages, without_scripts_nothing_can_be_sent_and_the_page_says_why) {
  browser.get("/checkout");
  EXPECT_TRUE(browser.shows("<noscript>"));
  EXPECT_TRUE(browser.shows("<button class=\"button button-full\" type=\"submit\" disabled>"));
  EXPECT_EQ(browser.on_page("card_token"), "");
}

TEST_F(CheckoutPages, this_page_alone_runs_a_module_of_ours_that_sends_to_this_site_only) {
  browser.get("/checkout");
  EXPECT_NE(policy().find("; script-src 'self'; connect-src 'self'"), std::string::npos);
  EXPECT_EQ(policy().find("https://"), std::string::npos);
  EXPECT_EQ(policy().find("unsafe"), std::string::npos);
  EXPECT_TRUE(browser.shows("<script type=\"module\" src=\"/assets/checkout."));
  for (const auto* const page : {"/cart", "/orders", "/", "/account"}) {
    browser.get(page);
    EXPECT_EQ(policy().find("script-src"), std::string::npos) << page;
    EXPECT_EQ(policy().find("connect-src"), std::string::npos) << page;
    EXPECT_FALSE(browser.shows("<script")) << page;
  }
}

TEST_F(CheckoutPages, a_bank_elsewhere_is_named_in_the_policy_by_its_origin_alone) {
  browser.payments.form.tokenise_url = "https://bank.example:8443/v1/tokens?shop=1";
  browser.get("/checkout");
  EXPECT_NE((policy() + ";").find("; connect-src 'self' https://bank.example:8443;"),
            std::string::npos)
      << policy();
}

TEST_F(CheckoutPages, a_card_is_sent_nowhere_unsafe) {
  for (const auto* const url : {"http://bank.example/v1/tokens", "//bank.example/", "bank",
                                "https://bank.example; script-src *", "https://"}) {
    browser.payments.form.tokenise_url = url;
    browser.get("/checkout");
    EXPECT_TRUE(browser.shows("Paying is out of reach just now.")) << url;
    EXPECT_FALSE(browser.shows("data-card")) << url;
    EXPECT_EQ(policy().find("bank.example"), std::string::npos) << url;
  }
}

TEST_F(CheckoutPages, paying_leads_to_the_order) {
  browser.orders.next = {Kind::placed, order_id};
  EXPECT_EQ(pay().status, 303);
  EXPECT_EQ(browser.last.headers.get("Location"), "/orders/" + std::string{order_id});
  ASSERT_EQ(browser.orders.purchases.size(), 1U);
  const auto& [key, purchase] = *browser.orders.purchases.begin();
  EXPECT_TRUE(chassis::is_uuid(key));
  EXPECT_EQ(purchase.card_token, "tok_1");
  EXPECT_EQ(purchase.expected_total, (chassis::Money{1980, "EUR"}));
  EXPECT_EQ(purchase.ship_to.country, "Türkiye");
}

TEST_F(CheckoutPages, a_page_sent_twice_buys_once) {
  browser.orders.next = {Kind::placed, order_id};
  browser.get("/checkout");
  const auto fields = form();
  browser.post("/checkout", fields);
  const std::string first{browser.last.headers.get("Location")};
  EXPECT_EQ(browser.post("/checkout", fields).headers.get("Location"), first);
  EXPECT_EQ(browser.orders.placed, 1);
}

TEST_F(CheckoutPages, each_page_has_a_key_of_its_own) {
  browser.get("/checkout");
  const auto first = browser.on_page("key");
  browser.get("/checkout");
  EXPECT_NE(browser.on_page("key"), first);
}

TEST_F(CheckoutPages, a_declined_card_is_said_and_the_next_try_is_a_new_one) {
  browser.get("/checkout");
  const auto key = browser.on_page("key");
  browser.orders.next = {Kind::declined};
  EXPECT_EQ(browser.post("/checkout", form()).status, 402);
  EXPECT_TRUE(browser.shows("The bank declined this card."));
  EXPECT_TRUE(browser.shows("value=\"Road 1\""));
  EXPECT_NE(browser.on_page("key"), key);
  EXPECT_EQ(browser.on_page("card_token"), "");
  browser.orders.next = {Kind::no_funds};
  EXPECT_EQ(browser.post("/checkout", form("tok_2")).status, 402);
  EXPECT_TRUE(browser.shows("There is not enough on this card."));
  browser.orders.next = {Kind::placed, order_id};
  EXPECT_EQ(browser.post("/checkout", form("tok_3")).status, 303);
}

TEST_F(CheckoutPages, a_changed_price_is_said_line_by_line_and_the_new_total_can_be_paid) {
  browser.get("/checkout");
  browser.catalogue.products[0].price = {1090, "EUR"};
  browser.orders.next = {Kind::price_changed};
  EXPECT_EQ(browser.post("/checkout", form()).status, 409);
  EXPECT_TRUE(browser.shows("It was €19.80 together"));
  EXPECT_TRUE(browser.shows("It was €9.90 before."));
  EXPECT_EQ(browser.on_page("total_amount"), "2180");
  browser.orders.next = {Kind::placed, order_id};
  EXPECT_EQ(browser.post("/checkout", form("tok_2")).status, 303);
}

TEST_F(CheckoutPages, a_cart_that_became_another_one_is_said_line_by_line) {
  browser.catalogue.products[1].stock = 5;
  browser.carts.carts[ada_id][lamp_id] = 1;
  browser.get("/checkout");
  browser.carts.carts[ada_id].erase(lamp_id);
  browser.carts.carts[ada_id][tea_id] = 3;
  browser.orders.next = {Kind::price_changed};
  EXPECT_EQ(browser.post("/checkout", form()).status, 409);
  EXPECT_TRUE(browser.shows("You wanted 2 of it before."));
  EXPECT_TRUE(browser.shows("Something you saw here is in your cart no more."));
}

TEST_F(CheckoutPages, a_declined_card_is_said_even_before_the_cart_is_back) {
  browser.get("/checkout");
  const auto fields = form();
  browser.carts.carts[ada_id].clear();
  browser.orders.next = {Kind::declined};
  EXPECT_EQ(browser.post("/checkout", fields).status, 402);
  EXPECT_TRUE(browser.shows("The bank declined this card."));
  EXPECT_TRUE(browser.shows("<a class=\"button\" href=\"/cart\">"));
}

TEST_F(CheckoutPages, what_is_short_is_said_line_by_line_and_set_right_in_the_cart) {
  browser.get("/checkout");
  browser.orders.next = {Kind::out_of_stock, "", {{tea_id, 2, 1}}};
  EXPECT_EQ(browser.post("/checkout", form()).status, 409);
  EXPECT_TRUE(browser.shows("Somebody was quicker"));
  EXPECT_TRUE(browser.shows("Only 1 left"));
  EXPECT_FALSE(browser.shows("data-card"));
  EXPECT_TRUE(browser.shows("<a class=\"button\" href=\"/cart\">"));
  browser.catalogue.products[0].stock = 0;
  browser.get("/checkout");
  EXPECT_TRUE(browser.shows("Sold out just now"));
  EXPECT_FALSE(browser.shows("data-card"));
}

TEST_F(CheckoutPages, when_nobody_knows_how_it_ended_the_same_purchase_is_asked_for_again) {
  const auto in_progress = Error{ErrorCode::conflict, "runs"}.type("in-progress");
  for (const auto& error :
       {Error{ErrorCode::timeout, "late"}, Error{ErrorCode::unavailable, "away"}, in_progress}) {
    browser.orders.trouble.reset();
    browser.get("/checkout");
    const auto key = browser.on_page("key");
    const auto fields = form("tok_again");
    browser.orders.trouble = error;
    EXPECT_EQ(browser.post("/checkout", fields).status, chassis::http_status(error.code()));
    EXPECT_TRUE(browser.shows("We could not hear how it ended"));
    EXPECT_EQ(browser.on_page("key"), key);
    EXPECT_EQ(browser.on_page("card_token"), "tok_again");
    EXPECT_EQ(browser.on_page("ship_country"), "Türkiye");
    EXPECT_EQ(browser.on_page("total_amount"), "1980");
  }
}

TEST_F(CheckoutPages, a_page_sent_again_with_another_card_points_at_the_orders) {
  browser.get("/checkout");
  const auto key = browser.on_page("key");
  browser.orders.next = {Kind::declined};
  browser.post("/checkout", form("tok_1"));
  auto fields = form("tok_2");
  fields.replace(fields.find("key=") + 4, key.size(), key);
  EXPECT_EQ(browser.post("/checkout", fields).status, 422);
  EXPECT_TRUE(browser.shows("Look at your orders first"));
  EXPECT_TRUE(browser.shows("<a class=\"button\" href=\"/orders\">"));
}

TEST_F(CheckoutPages, the_address_of_the_last_order_is_filled_in_until_another_is_typed) {
  browser.orders.orders = {some_order()};
  browser.get("/checkout");
  EXPECT_TRUE(browser.shows("value=\"Ada &lt;L&gt;\""));
  browser.post("/checkout", form("tok_1", "&ship_name=Grace&ship_city="));
  EXPECT_TRUE(browser.shows("value=\"Grace\""));
  EXPECT_FALSE(browser.shows("Ada &lt;L&gt;"));
  browser.orders.trouble = Error{ErrorCode::timeout, "late"};
  EXPECT_EQ(browser.get("/checkout").status, 200);
}

TEST_F(CheckoutPages, an_address_left_out_is_named_beside_its_field_and_nothing_is_bought) {
  browser.get("/checkout");
  EXPECT_EQ(browser.post("/checkout", form("tok_1", "&ship_name=Ada&ship_city=")).status, 400);
  EXPECT_TRUE(browser.shows("The street is needed."));
  EXPECT_TRUE(browser.shows("aria-describedby=\"ship_city_error\""));
  EXPECT_TRUE(browser.shows("value=\"Ada\""));
  EXPECT_EQ(browser.orders.placed, 0);
}

TEST_F(CheckoutPages, what_orders_say_about_the_address_stands_beside_its_field) {
  browser.get("/checkout");
  browser.orders.trouble = Error{{{"/ship_to/postcode", "must have 1 to 20 characters"}}};
  EXPECT_EQ(browser.post("/checkout", form()).status, 400);
  EXPECT_TRUE(browser.shows("The postcode must have 1 to 20 characters."));
}

TEST_F(CheckoutPages, without_a_token_nothing_is_bought) {
  browser.get("/checkout");
  EXPECT_EQ(browser.post("/checkout", form("")).status, 400);
  EXPECT_TRUE(browser.shows("Please type the card once more."));
  EXPECT_EQ(browser.orders.placed, 0);
}

TEST_F(CheckoutPages, a_form_without_the_right_token_buys_nothing) {
  browser.get("/checkout");
  auto fields = form();
  fields.replace(fields.find("csrf=") + 5, 4, "xxxx");
  EXPECT_EQ(browser.post("/checkout", fields).status, 403);
  EXPECT_TRUE(browser.shows("open for too long"));
  browser.get("/checkout");
  EXPECT_EQ(browser.post("/checkout", form(), "cross-site").status, 403);
  EXPECT_EQ(browser.orders.placed, 0);
}

TEST_F(CheckoutPages, an_empty_cart_has_nothing_to_pay) {
  browser.carts.carts[ada_id].clear();
  EXPECT_EQ(browser.get("/checkout").status, 303);
  EXPECT_EQ(browser.last.headers.get("Location"), "/cart");
}

TEST_F(CheckoutPages, a_cart_that_was_bought_meanwhile_leads_to_the_orders) {
  browser.orders.next = {Kind::cart_empty};
  EXPECT_EQ(pay().headers.get("Location"), "/orders?done=nothing");
}

TEST_F(CheckoutPages, each_part_that_is_away_is_said_and_the_rest_stands) {
  browser.payments.away = true;
  EXPECT_EQ(browser.get("/checkout").status, 503);
  EXPECT_TRUE(browser.shows("Paying is out of reach just now."));
  EXPECT_TRUE(browser.shows("€19.80"));
  EXPECT_FALSE(browser.shows("data-card"));
  browser.payments.away = false;
  browser.carts.away = true;
  EXPECT_EQ(browser.get("/checkout").status, 503);
  EXPECT_TRUE(browser.shows("Your cart is out of reach just now."));
  EXPECT_FALSE(browser.shows("data-card"));
}

TEST_F(CheckoutPages, what_the_bank_wants_is_escaped) {
  browser.payments.form.fields[0].label = "\"><script>";
  browser.payments.form.fields[0].pattern = "\"><script>";
  browser.get("/checkout");
  EXPECT_FALSE(browser.shows("><script>"));
}

TEST_F(CheckoutPages, a_guests_cart_waiting_to_be_merged_is_part_of_it) {
  Browser guest;
  guest.send_form("/shop/" + std::string{tea_id}, "/cart/items",
                  "quantity=1&product_id=" + std::string{tea_id});
  guest.carts.away = true;
  guest.sign_in();
  guest.carts.away = false;
  EXPECT_EQ(guest.get("/checkout").status, 200);
  EXPECT_TRUE(guest.shows("1 × Rize"));
}

TEST_F(CheckoutPages, a_session_in_doubt_is_told_to_come_back) {
  browser.cookies.erase("__Host-access");
  browser.accounts.away = true;
  EXPECT_EQ(browser.get("/checkout").status, 503);
  EXPECT_TRUE(browser.shows("Back in a moment"));
}

}  // namespace
}  // namespace frontend
