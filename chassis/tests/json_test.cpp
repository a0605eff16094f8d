#include "chassis/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chassis/money.h"

namespace shop {

struct Line {
  std::string product_id;
  std::int64_t quantity = 0;
};

struct Cart {
  std::vector<Line> lines;
  std::optional<std::string> note;
  std::optional<std::string> coupon;
  chassis::Money total;
  bool gift = false;
};

}  // namespace shop

template <>
struct chassis::Fields<shop::Line> {
  static constexpr auto list =
      std::make_tuple(field("product_id", &shop::Line::product_id, uuid),
                      field("quantity", &shop::Line::quantity, range(1, 99)));
};

template <>
struct chassis::Fields<shop::Cart> {
  static constexpr auto list =
      std::make_tuple(field("lines", &shop::Cart::lines, length(1, 3)),
                      field("note", &shop::Cart::note, length(1, 5)),
                      field("coupon", &shop::Cart::coupon, nullable),
                      field("total", &shop::Cart::total), field("gift", &shop::Cart::gift));
};

namespace chassis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto good =
    R"({"lines":[{"product_id":"0190a000-0000-7000-8000-00000000ada0","quantity":2}],)"
    R"("coupon":null,"total":{"amount":500,"currency":"EUR"},"gift":true})";

/// The pointers that reading `text` as a Cart complains about.
std::vector<std::string> complaints(std::string_view text) {
  try {
    from_json<shop::Cart>(text);
  } catch (const Error& error) {
    std::vector<std::string> pointers;
    for (const auto& field : error.fields()) pointers.push_back(field.pointer);
    return pointers;
  }
  return {};
}

TEST(Json, what_was_written_reads_back_the_same) {
  EXPECT_EQ(to_json(from_json<shop::Cart>(good)), good);
}

TEST(Json, every_bad_field_is_named_at_once) {
  EXPECT_THAT(complaints(R"({"lines":[{"product_id":"7","quantity":0,"colour":"red"}],)"
                         R"("note":"too long","total":{"amount":-1},"gift":"yes","a/b":1})"),
              ElementsAre("/a~1b", "/lines/0/colour", "/lines/0/product_id", "/lines/0/quantity",
                          "/note", "/total/amount", "/total/currency", "/gift"));
}

TEST(Json, a_list_outside_its_length_is_refused) {
  EXPECT_THAT(complaints(R"({"lines":[],"total":{"amount":1,"currency":"EUR"},"gift":false})"),
              ElementsAre("/lines"));
}

TEST(Json, lengths_count_characters_and_not_bytes) {
  EXPECT_TRUE(complaints(std::string{good}.insert(1, R"("note":"çayçı",)")).empty());
}

TEST(Json, control_characters_and_nul_are_refused) {
  EXPECT_THAT(complaints(std::string{good}.insert(1, R"("note":"a\u0001",)")),
              ElementsAre("/note"));
  EXPECT_THAT(complaints(std::string{good}.insert(1, R"("note":"a\u0000",)")),
              ElementsAre("/note"));
}

TEST(Json, a_repeated_member_is_refused) {
  EXPECT_THROW(from_json<shop::Line>(R"({"quantity":1,"quantity":2})"), Error);
}

TEST(Json, deep_nesting_is_refused_before_it_costs_anything) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THROW(JsonDocument{deep}, Error);
}

TEST(Json, broken_encoding_and_broken_text_are_refused) {
  EXPECT_THROW(JsonDocument{"{\"a\":\"\xFF\"}"}, Error);
  EXPECT_THROW(JsonDocument{"{\"a\":1"}, Error);
  EXPECT_THROW(JsonDocument{""}, Error);
}

TEST(Json, a_peers_answer_may_hold_more_than_we_know) {
  EXPECT_EQ(from_json<Money>(R"({"amount":5,"currency":"EUR","new":1})", Unknown::ignore).amount,
            5);
}

TEST(Problem, it_carries_type_status_detail_trace_and_fields) {
  const Error error{{{"/price/amount", "must be a whole number"}}};
  EXPECT_EQ(problem_json(error, "abc"),
            R"({"type":"urn:serai:problem:invalid","title":"Invalid request","status":400,)"
            R"("detail":"one field is not valid","trace_id":"abc",)"
            R"("errors":[{"pointer":"/price/amount","detail":"must be a whole number"}]})");
}

TEST(Problem, a_narrower_type_and_further_members_stand_beside_the_rest) {
  Error error{ErrorCode::conflict, "too few"};
  error.type("out-of-stock").members(R"("lines":[1])");
  EXPECT_THAT(problem_json(error, "t"), HasSubstr(R"("type":"urn:serai:problem:out-of-stock")"));
  EXPECT_THAT(problem_json(error, "t"), HasSubstr(R"(,"lines":[1]})"));
}

}  // namespace
}  // namespace chassis
