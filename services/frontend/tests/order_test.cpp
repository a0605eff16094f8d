#include "order.h"

#include <gtest/gtest.h>

#include "chassis/error.h"
#include "order_fakes.h"
#include "order_json.h"
#include "payment_json.h"

namespace frontend {
namespace {

TEST(MomentText, is_written_out_or_left_out) {
  EXPECT_EQ(moment_text("2026-11-21T08:15:30.123456Z"), "21 November 2026, 08:15 UTC");
  for (const auto* const text :
       {"", "yesterday", "2026-11-21", "2026-11-21T0815Z", "2026-11-21T08:15:30+02:00"}) {
    EXPECT_EQ(moment_text(text), "") << text;
  }
}

TEST(NamesText, names_two_and_counts_the_others) {
  Order order;
  EXPECT_EQ(names_text(order), "");
  const auto add = [&](const std::string& name) { order.items.push_back({"", name, 1, {}, {}}); };
  add("Tea");
  EXPECT_EQ(names_text(order), "Tea");
  add("Lamp");
  EXPECT_EQ(names_text(order), "Tea and Lamp");
  add("Rug");
  EXPECT_EQ(names_text(order), "Tea, Lamp and 1 more");
}

TEST(CardText, tells_brand_and_last_digits_when_there_are_any) {
  auto order = some_order();
  EXPECT_EQ(card_text(order), "Visa ending in 4242");
  order.payment->brand.reset();
  EXPECT_EQ(card_text(order), "Card ending in 4242");
  order.payment->last4.reset();
  EXPECT_EQ(card_text(order), "");
  order.payment.reset();
  EXPECT_EQ(card_text(order), "");
}

TEST(Standing, has_a_word_for_each_state_and_shows_a_new_one_as_it_is) {
  for (const auto* const status :
       {"pending", "confirmed", "declined", "failed", "cancelling", "cancelled"}) {
    auto order = some_order();
    order.status = status;
    EXPECT_NE(standing_of(order).word, status);
    EXPECT_NE(standing_of(order).sentence, "");
  }
  auto order = some_order();
  order.status = "shipped";
  EXPECT_EQ(standing_of(order).word, "shipped");
  EXPECT_FALSE(is_under_way(order));
}

TEST(SeenLines, come_back_from_the_form_as_they_went_in) {
  Cart cart;
  cart.items = {{tea_id, "Tea", 2, {990, "EUR"}, {1980, "EUR"}, 5},
                {lamp_id, "Lamp", 1, {4900, "EUR"}, {4900, "EUR"}, 5}};
  const auto seen = read_seen(seen_text(cart));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].product_id, tea_id);
  EXPECT_EQ(seen[1].amount, 4900);
  EXPECT_EQ(change_text(cart.items[0], seen), "");
  cart.items[0].unit_price.amount = 1090;
  EXPECT_EQ(change_text(cart.items[0], seen), "It was €9.90 before.");
  cart.items[1].quantity = 3;
  EXPECT_EQ(change_text(cart.items[1], seen), "You wanted 1 of it before.");
  EXPECT_EQ(change_text({"other", "", 1, {}, {}, 1}, seen),
            "It came into your cart in the meantime.");
}

TEST(SeenLines, that_are_malformed_are_left_out) {
  for (const auto* const text :
       {";", " ;", "a;", "a 1;", "a b 2;", "a 1 x;", "a 1 -5;", "a 1 2 3;"}) {
    EXPECT_TRUE(read_seen(text).empty()) << text;
  }
  EXPECT_EQ(read_seen("a 1 2;;b 3 4").size(), 2U);
}

constexpr auto order_json =
    R"({"id":"0190a000-0000-7000-8000-0000000000d1","status":"confirmed","items":[)"
    R"({"product_id":"0190a000-0000-7000-8000-000000000001","name":"Tea","quantity":2,)"
    R"("unit_price":{"amount":990,"currency":"EUR"},"line_total":{"amount":1980,"currency":"EUR"}}],)"
    R"("total":{"amount":1980,"currency":"EUR"},"payment":{"status":"captured","brand":"visa",)"
    R"("last4":"4242","bank_reference":"b1"},"ship_to":null,"problem":null,)"
    R"("created_at":"2026-11-21T08:15:30Z","confirmed_at":"2026-11-21T08:15:31Z",)"
    R"("cancelled_at":null,"refund":null,"later":[]})";

TEST(OrderJson, an_order_is_read_with_what_it_lacks_and_what_comes_later) {
  const auto order = read_order(order_json);
  EXPECT_EQ(order.status, "confirmed");
  EXPECT_EQ(card_text(order), "Visa ending in 4242");
  EXPECT_FALSE(order.ship_to || order.problem || order.refund || order.cancelled_at);
  EXPECT_EQ(read_order_id(order_json), order.id);
  EXPECT_EQ(read_order_id(R"({"id":"0190a000-0000-7000-8000-0000000000d1","status":"pending"})"),
            order.id);
  const auto list =
      read_orders(R"({"items":[)" + std::string{order_json} + R"(],"next_cursor":"c"})");
  EXPECT_EQ(list.items.size(), 1U);
  EXPECT_EQ(list.next_cursor, "c");
}

TEST(OrderJson, a_purchase_always_reads_the_same) {
  const Purchase purchase{"tok_1", {1980, "EUR"}, {"Ada", "Road 1", "12345", "Rize", "Türkiye"}};
  EXPECT_EQ(purchase_json(purchase),
            R"({"card_token":"tok_1","expected_total":{"amount":1980,"currency":"EUR"},)"
            R"("ship_to":{"name":"Ada","street":"Road 1","postcode":"12345","city":"Rize",)"
            R"("country":"Türkiye"}})");
}

TEST(OrderJson, short_lines_are_read_from_the_problem_or_are_none) {
  const auto lines = read_short_lines(
      R"({"type":"urn:serai:problem:out-of-stock","status":409,"lines":[)"
      R"({"product_id":"0190a000-0000-7000-8000-000000000001","requested":3,"available":1}]})");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].available, 1);
  EXPECT_TRUE(read_short_lines("{}").empty());
  EXPECT_TRUE(read_short_lines("<html>").empty());
}

TEST(OrderJson, nonsense_counts_as_no_answer) {
  for (const auto* const json : {"", "{}", R"({"id":"../cart"})"}) {
    EXPECT_THROW(read_order(json), chassis::Error) << json;
    EXPECT_THROW(read_orders(json), chassis::Error) << json;
    EXPECT_THROW(read_order_id(json), chassis::Error) << json;
  }
}

TEST(CardForm, is_read_with_what_it_leaves_out) {
  const auto form = read_card_form(
      R"({"tokenise_url":"/bank/v1/tokens","fields":[{"name":"cvc","label":"Check digits"}]})");
  ASSERT_EQ(form.fields.size(), 1U);
  EXPECT_EQ(form.fields[0].autocomplete, "off");
  EXPECT_GT(form.fields[0].max_length, 0);
}

TEST(CardForm, a_name_that_could_break_out_of_an_id_is_no_usable_answer) {
  EXPECT_THROW(
      read_card_form(R"({"tokenise_url":"/t","fields":[{"name":"a\" onclick=x","label":"A"}]})"),
      chassis::Error);
  EXPECT_THROW(read_card_form(R"({"tokenise_url":"/t","fields":[]})"), chassis::Error);
}

TEST(CardOrigin, is_where_a_page_may_send_cards) {
  EXPECT_EQ(card_origin("/bank/v1/tokens"), "");
  EXPECT_EQ(card_origin("https://bank.example/v1/tokens"), "https://bank.example");
  EXPECT_EQ(card_origin("https://bank.example"), "https://bank.example");
  EXPECT_EQ(card_origin("https://bank.example:8443/t?a=b"), "https://bank.example:8443");
  for (const auto* const url : {"", "bank", "//bank.example/t", "http://bank.example/t",
                                "https:///t", "https://a b/t", "https://bank.example;script-src",
                                "https://u@bank.example/t", "https://*/t", "javascript:alert(1)"}) {
    EXPECT_EQ(card_origin(url), std::nullopt) << url;
  }
}

}  // namespace
}  // namespace frontend
