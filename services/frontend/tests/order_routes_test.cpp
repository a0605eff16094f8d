#include "order_routes.h"

#include <gtest/gtest.h>

#include "browser.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;

class OrderPages : public testing::Test {
 protected:
  Browser browser;
  const std::string page = "/orders/" + std::string{order_id};

  void SetUp() override {
    browser.sign_in();
    browser.orders.orders = {some_order()};
  }

  const chassis::Response& cancel() {
    browser.get(page);
    return browser.post(page + "/cancel",
                        "csrf=" + browser.token_on_page() + "&key=" + browser.on_page("key"));
  }
};

TEST_F(OrderPages, somebody_unknown_signs_in_first_and_comes_back) {
  Browser stranger;
  EXPECT_EQ(stranger.get("/orders").headers.get("Location"), "/signin?next=%2Forders");
  EXPECT_EQ(stranger.get(page).headers.get("Location"),
            "/signin?next=" + chassis::percent_encoded(page));
  EXPECT_EQ(stranger.post(page + "/cancel", "key=1").headers.get("Location"),
            "/signin?next=%2Forders");
}

TEST_F(OrderPages, the_list_tells_what_when_and_how_it_stands) {
  EXPECT_EQ(browser.get("/orders").status, 200);
  EXPECT_TRUE(browser.shows("<a href=\"" + page + "\">Rize &lt;tea&gt;</a>"));
  EXPECT_TRUE(browser.shows("21 November 2026"));
  EXPECT_TRUE(browser.shows("Confirmed"));
  EXPECT_TRUE(browser.shows("€19.80"));
  EXPECT_EQ(browser.last.headers.get("Cache-Control"), "no-store");
}

TEST_F(OrderPages, the_list_leads_on_and_back_by_cursor) {
  browser.orders.next_cursor = "a+b";
  browser.get("/orders");
  EXPECT_TRUE(browser.shows("href=\"/orders?cursor=a%2Bb\" rel=\"next\""));
  EXPECT_FALSE(browser.shows("Back to the newest"));
  browser.orders.next_cursor.reset();
  browser.get("/orders?cursor=a%2Bb");
  EXPECT_EQ(browser.orders.cursors.back(), "a+b");
  EXPECT_TRUE(browser.shows("Back to the newest"));
  EXPECT_EQ(browser.get("/orders?cursor=broken").headers.get("Location"), "/orders");
}

TEST_F(OrderPages, no_orders_yet_lead_to_the_shop) {
  browser.orders.orders.clear();
  EXPECT_EQ(browser.get("/orders").status, 200);
  EXPECT_TRUE(browser.shows("Nothing yet"));
  browser.get("/orders?done=nothing");
  EXPECT_TRUE(browser.shows("Your cart was empty"));
}

TEST_F(OrderPages, an_order_tells_everything_about_itself) {
  EXPECT_EQ(browser.get(page).status, 200);
  EXPECT_TRUE(browser.shows("Rize &lt;tea&gt;"));
  EXPECT_TRUE(browser.shows("2 × €9.90"));
  EXPECT_TRUE(browser.shows("Visa ending in 4242"));
  EXPECT_TRUE(browser.shows("Ada &lt;L&gt;<br>Road 1<br>12345 Rize<br>Türkiye"));
  EXPECT_TRUE(browser.shows("21 November 2026, 08:15 UTC"));
  EXPECT_TRUE(browser.shows("Paid and confirmed"));
  EXPECT_TRUE(browser.shows("/pictures/teas/"));
  EXPECT_FALSE(browser.shows("http-equiv"));
}

TEST_F(OrderPages, an_order_under_way_looks_again_by_itself_a_few_times) {
  for (const auto* const status : {"pending", "cancelling"}) {
    browser.orders.orders[0].status = status;
    browser.get(page);
    EXPECT_TRUE(
        browser.shows("<meta http-equiv=\"refresh\" content=\"2; url=" + page + "?look=1\">"))
        << status;
    EXPECT_TRUE(browser.shows("Look again"));
    browser.get(page + "?look=14");
    EXPECT_TRUE(browser.shows("content=\"5; url=" + page + "?look=15\"")) << status;
    browser.get(page + "?look=15");
    EXPECT_FALSE(browser.shows("http-equiv")) << status;
    EXPECT_TRUE(browser.shows("Look again"));
    EXPECT_FALSE(browser.shows("Cancel this order")) << status;
  }
}

TEST_F(OrderPages, an_order_that_came_to_nothing_says_why_and_leads_back_to_the_cart) {
  auto& order = browser.orders.orders[0];
  order.confirmed_at.reset();
  order.payment.reset();
  order.ship_to.reset();
  order.status = "declined";
  order.problem = OrderProblem{"urn:serai:problem:no-funds", "no"};
  browser.get(page);
  EXPECT_TRUE(browser.shows("There was not enough on the card."));
  EXPECT_TRUE(browser.shows("<a href=\"/cart\">Back to the cart</a>"));
  order.status = "failed";
  order.problem = OrderProblem{"out-of-stock", "no"};
  browser.get(page);
  EXPECT_TRUE(browser.shows("Somebody else took the last pieces."));
  EXPECT_FALSE(browser.shows("Cancel this order"));
  EXPECT_FALSE(browser.shows("Goes to"));
}

TEST_F(OrderPages, an_order_of_somebody_else_or_none_is_no_such_door) {
  EXPECT_EQ(browser.get("/orders/0190a000-0000-7000-8000-0000000000d2").status, 404);
  EXPECT_EQ(browser.get("/orders/mine").status, 404);
  EXPECT_TRUE(browser.shows("No such door"));
}

TEST_F(OrderPages, without_orders_the_pages_say_so) {
  browser.orders.trouble = Error{ErrorCode::unavailable, "order is away"};
  EXPECT_EQ(browser.get("/orders").status, 503);
  EXPECT_TRUE(browser.shows("Your orders are out of reach just now."));
  EXPECT_EQ(browser.get(page).status, 503);
  EXPECT_TRUE(browser.shows("Back in a moment"));
  EXPECT_EQ(browser.get("/account").status, 200);
}

TEST_F(OrderPages, without_the_catalogue_an_order_shows_parcels) {
  browser.catalogue.products_away = true;
  EXPECT_EQ(browser.get(page).status, 200);
  EXPECT_TRUE(browser.shows("/pictures/parcel/"));
}

TEST_F(OrderPages, cancelling_asks_first_and_gives_the_money_back) {
  browser.get(page);
  EXPECT_TRUE(browser.shows("<details class=\"ask\">"));
  EXPECT_TRUE(browser.shows("Yes, cancel the order"));
  EXPECT_EQ(cancel().status, 303);
  EXPECT_EQ(browser.last.headers.get("Location"), page);
  browser.get(page);
  EXPECT_TRUE(browser.shows("Cancelled, and €19.80 given back"));
  EXPECT_TRUE(browser.shows("22 November 2026, 09:00 UTC"));
  EXPECT_FALSE(browser.shows("Cancel this order"));
}

TEST_F(OrderPages, each_page_cancels_with_a_key_of_its_own) {
  browser.get(page);
  const auto fields = "csrf=" + browser.token_on_page() + "&key=" + browser.on_page("key");
  browser.post(page + "/cancel", fields);
  browser.post(page + "/cancel", fields);
  ASSERT_EQ(browser.orders.cancel_keys.size(), 2U);
  EXPECT_EQ(browser.orders.cancel_keys[0], browser.orders.cancel_keys[1]);
  browser.orders.orders = {some_order()};
  cancel();
  EXPECT_NE(browser.orders.cancel_keys[2], browser.orders.cancel_keys[0]);
}

TEST_F(OrderPages, what_stands_against_cancelling_is_said) {
  browser.orders.cancel_trouble = Error{ErrorCode::conflict, "no"}.type("too-late");
  EXPECT_EQ(cancel().status, 409);
  EXPECT_TRUE(browser.shows("This order is too old to be cancelled."));
  EXPECT_TRUE(browser.shows("<details class=\"ask\" open>"));
  browser.orders.cancel_trouble = Error{ErrorCode::conflict, "no"}.type("not-confirmed");
  EXPECT_EQ(cancel().status, 409);
  EXPECT_TRUE(browser.shows("cannot be cancelled as it stands"));
}

TEST_F(OrderPages, a_cancelling_nobody_heard_of_is_asked_for_with_the_same_key) {
  browser.orders.cancel_trouble = Error{ErrorCode::timeout, "late"};
  EXPECT_EQ(cancel().status, 504);
  EXPECT_TRUE(browser.shows("It is safe to ask again."));
  EXPECT_EQ(browser.on_page("key"), browser.orders.cancel_keys.back());
}

TEST_F(OrderPages, cancelling_asks_for_the_token_and_finds_only_what_is_the_callers) {
  EXPECT_EQ(browser.post(page + "/cancel", "key=k").status, 403);
  EXPECT_TRUE(browser.orders.cancel_keys.empty());
  browser.get(page);
  const auto csrf = browser.token_on_page();
  EXPECT_EQ(
      browser.post("/orders/0190a000-0000-7000-8000-0000000000d2/cancel", "key=k&csrf=" + csrf)
          .status,
      404);
}

}  // namespace
}  // namespace frontend
