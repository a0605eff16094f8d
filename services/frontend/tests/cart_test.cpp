#include "cart.h"

#include <gtest/gtest.h>

#include "account_json.h"
#include "cart_json.h"
#include "chassis/error.h"
#include "chassis/id.h"

namespace frontend {
namespace {

TEST(Quantity, is_a_whole_number_within_what_a_cart_holds) {
  EXPECT_EQ(read_quantity("1", 1), 1);
  EXPECT_EQ(read_quantity("99", 1), 99);
  EXPECT_EQ(read_quantity("0", 0), 0);
  for (const auto* const text : {"", "0", "100", "-1", "+1", " 1", "1 ", "1.0", "one", "1e1"}) {
    EXPECT_EQ(read_quantity(text, 1), std::nullopt) << text;
  }
}

TEST(ShortText, says_how_much_there_is_only_when_it_is_too_little) {
  EXPECT_EQ(short_text(3, 3), "");
  EXPECT_EQ(short_text(2, 3), "Only 2 left");
  EXPECT_EQ(short_text(0, 1), "Sold out just now");
  EXPECT_EQ(short_text(-1, 1), "Sold out just now");
}

TEST(GuestId, is_a_random_uuid) {
  for (int count = 0; count < 50; ++count) {
    const auto id = new_guest_id();
    EXPECT_TRUE(chassis::is_uuid(id)) << id;
    EXPECT_EQ(id[14], '4') << id;
    EXPECT_NE(std::string{"89ab"}.find(id[19]), std::string::npos) << id;
    EXPECT_NE(id, new_guest_id());
  }
}

TEST(CartJson, a_cart_may_grow_new_members) {
  const auto cart = read_cart(
      R"({"items":[{"product_id":"0190a000-0000-7000-8000-000000000001","name":"Tea","quantity":2,)"
      R"("unit_price":{"amount":990,"currency":"EUR"},"line_total":{"amount":1980,"currency":"EUR"},)"
      R"("available":3,"later":1}],"total":{"amount":1980,"currency":"EUR"},"version":7})");
  ASSERT_EQ(cart.items.size(), 1U);
  EXPECT_EQ(cart.items[0].quantity, 2);
  EXPECT_FALSE(is_short(cart.items[0]));
  EXPECT_EQ(cart.total, (chassis::Money{1980, "EUR"}));
}

TEST(CartJson, nonsense_counts_as_no_answer) {
  for (const auto* const json : {"", "<html>", "{}", R"({"items":{},"total":7})"}) {
    try {
      read_cart(json);
      FAIL() << json;
    } catch (const chassis::Error& error) {
      EXPECT_EQ(error.code(), chassis::ErrorCode::unavailable) << json;
    }
  }
}

TEST(AccountJson, a_session_knows_whose_it_is_from_its_access_token) {
  // {"sub":"0190a000-0000-7000-8000-00000000ada0","roles":"admin"} between a head and a signature.
  const std::string claims =
      "eyJzdWIiOiIwMTkwYTAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMGFkYTAiLCJyb2xlcyI6ImFkbWluIn0";
  const auto session = [](const std::string& token) {
    return read_session(R"({"access_token":")" + token +
                        R"(","expires_in":600,"refresh_token":"r"})");
  };
  EXPECT_EQ(session("e30." + claims + ".sig").user_id, "0190a000-0000-7000-8000-00000000ada0");
  EXPECT_EQ(session("e30." + claims + ".sig").roles, "admin");
  for (const auto* const other : {"opaque", "a.b.c", "a.!!.c", ".", "a."}) {
    EXPECT_EQ(session(other).user_id, "") << other;
    EXPECT_EQ(session(other).access_token, other);
  }
}

}  // namespace
}  // namespace frontend
