#include "chassis/page.h"

#include <gtest/gtest.h>

#include "chassis/error.h"

namespace chassis {
namespace {

using Keys = std::vector<std::string>;

constexpr auto by_name = "name,id category=tea";

Request asking(std::initializer_list<std::pair<std::string, std::string>> query) {
  Request request;
  request.query = Query{query};
  return request;
}

/// Where the Error of reading this page points; empty when it is read.
std::string pointer(const Request& request, std::string_view ordering = by_name) {
  try {
    page_request(request, ordering);
  } catch (const Error& error) {
    return error.fields().empty() ? "no field" : error.fields()[0].pointer;
  }
  return "";
}

TEST(Page, the_first_page_has_twenty_items_unless_asked_otherwise) {
  EXPECT_EQ(page_request(asking({}), by_name).limit, 20);
  EXPECT_TRUE(page_request(asking({}), by_name).after.empty());
  EXPECT_EQ(page_request(asking({{"limit", "1"}}), by_name).limit, 1);
  EXPECT_EQ(page_request(asking({{"limit", "100"}}), by_name).limit, 100);
  for (const auto* limit : {"0", "101", "-1", "ten", ""}) {
    EXPECT_EQ(pointer(asking({{"limit", limit}})), "?limit") << limit;
  }
}

TEST(Page, a_cursor_gives_its_keys_back_whatever_they_hold) {
  for (const auto& keys :
       {Keys{"assam"}, Keys{"", "7"}, Keys{"3:a:b", "gr\xc3\xbcn", std::string{"\0", 1}},
        Keys{std::string(300, 'x')}}) {
    EXPECT_EQ(page_request(asking({{"cursor", cursor(keys, by_name)}}), by_name).after, keys);
  }
}

TEST(Page, a_cursor_is_safe_in_a_url) {
  EXPECT_EQ(
      cursor({std::string(100, '\xff'), "?>~"}, by_name)
          .find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(Page, a_cursor_of_another_list_or_broken_is_refused) {
  const auto good = cursor({"assam", "7"}, by_name);
  EXPECT_EQ(pointer(asking({{"cursor", good}})), "");
  EXPECT_EQ(pointer(asking({{"cursor", good}}), "price,id"), "?cursor");
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto changed = good;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_EQ(pointer(asking({{"cursor", changed}})), "?cursor") << i;
    EXPECT_EQ(pointer(asking({{"cursor", good.substr(0, i)}})), "?cursor") << i;
  }
  EXPECT_EQ(pointer(asking({{"cursor", good + "A"}})), "?cursor");
  EXPECT_EQ(pointer(asking({{"cursor", "not a cursor!"}})), "?cursor");
  EXPECT_EQ(pointer(asking({{"cursor", std::string(1001, 'A')}})), "?cursor");
}

TEST(Page, the_surplus_row_says_that_there_is_more_and_is_not_shown) {
  const auto key = [](std::int64_t item) { return Keys{std::to_string(item)}; };
  PageRequest page{2, {}};
  EXPECT_EQ(page_json(std::vector<std::int64_t>{1, 2, 3}, page, by_name, key),
            R"({"items":[1,2],"next_cursor":")" + cursor({"2"}, by_name) + "\"}");
  EXPECT_EQ(page_json(std::vector<std::int64_t>{1, 2}, page, by_name, key),
            R"({"items":[1,2],"next_cursor":null})");
  EXPECT_EQ(page_json(std::vector<std::int64_t>{}, page, by_name, key),
            R"({"items":[],"next_cursor":null})");
}

}  // namespace
}  // namespace chassis
