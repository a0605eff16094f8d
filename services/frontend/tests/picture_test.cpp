#include "picture.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <vector>

#include "drawing.h"

namespace frontend {
namespace {

constexpr std::size_t bytes_max = 6 * 1024;

std::string id_of(int number) {
  return "0190a000-0000-7000-8000-" + std::to_string(100'000'000'000 + number);
}

/// Whether every element that opens is closed, in order, and attributes are quoted and unique.
testing::AssertionResult well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at)) {
    const auto end = xml.find('>', at);
    if (end == std::string::npos) {
      return testing::AssertionFailure() << "a tag has no end at " << at;
    }
    auto tag = xml.substr(at + 1, end - at - 1);
    at = end;
    const bool closing = tag.front() == '/';
    const bool empty = tag.back() == '/';
    tag = tag.substr(closing ? 1 : 0, tag.size() - (closing ? 1 : 0) - (empty ? 1 : 0));
    const auto name = tag.substr(0, tag.find(' '));
    std::set<std::string> names;
    for (auto equals = tag.find("=\""); equals != std::string::npos;) {
      const auto begin = tag.rfind(' ', equals) + 1;
      if (!names.insert(tag.substr(begin, equals - begin)).second) {
        return testing::AssertionFailure() << "twice the same attribute in <" << tag << ">";
      }
      const auto quote = tag.find('"', equals + 2);
      if (quote == std::string::npos) {
        return testing::AssertionFailure() << "an open quote in <" << tag << ">";
      }
      equals = tag.find("=\"", quote);
    }
    if (closing) {
      if (open.empty() || open.back() != name) {
        return testing::AssertionFailure() << "</" << name << "> closes nothing";
      }
      open.pop_back();
    } else if (!empty) {
      open.push_back(name);
    }
  }
  return open.empty() ? testing::AssertionSuccess()
                      : testing::AssertionFailure() << "<" << open.back() << "> stays open";
}

TEST(Picture, the_same_product_always_looks_the_same) {
  for (const auto category : pictured_categories()) {
    EXPECT_EQ(picture(category, id_of(1)), picture(category, id_of(1)));
  }
}

TEST(Drawing, a_number_too_many_or_too_few_is_a_mistake_found_at_once) {
  Drawing draw;
  EXPECT_THROW(draw.path("M%,%", 1), std::logic_error);
  EXPECT_THROW(draw.path("M%,%", 1, 2, 3), std::logic_error);
  EXPECT_NE(draw.path("M%,%", 1, -2).finish("t").find("d=\"M1,-2\""), std::string::npos);
}

TEST(Dice, fall_the_same_on_every_machine_and_in_every_release) {
  Dice dice{"teas/0190a000-0000-7000-8000-000000000001"};
  std::vector<int> throws;
  for (int number = 0; number < 6; ++number) {
    throws.push_back(dice.between(1, 1000));
  }
  EXPECT_EQ(throws, (std::vector<int>{373, 802, 635, 453, 764, 78}));
}

TEST(Picture, products_of_a_category_can_be_told_apart) {
  constexpr int count = 300;
  for (const auto category : pictured_categories()) {
    std::set<std::string> seen;
    for (int number = 0; number < count; ++number) {
      seen.insert(picture(category, id_of(number)));
    }
    EXPECT_EQ(seen.size(), count) << category;
  }
}

TEST(Picture, is_a_small_well_formed_file) {
  for (const auto category : pictured_categories()) {
    for (int number = 0; number < 200; ++number) {
      const auto svg = picture(category, id_of(number));
      ASSERT_TRUE(well_formed(svg)) << category << " " << number;
      ASSERT_LE(svg.size(), bytes_max) << category << " " << number;
      ASSERT_EQ(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\"", 0), 0U);
    }
  }
}

TEST(Picture, a_word_in_the_name_chooses_what_is_shown) {
  for (int number = 0; number < 20; ++number) {
    const auto id = id_of(number);
    EXPECT_EQ(picture("lamps", id, "Brass Lantern, small"), picture("lamps", id, "lantern"));
    EXPECT_NE(picture("lamps", id, "lantern"), picture("lamps", id, "mosaic globe"));
  }
}

TEST(Picture, what_an_address_says_never_gets_into_the_file) {
  const auto svg = picture("<script>", "\"><script>", "<script>");
  EXPECT_EQ(svg.find("script"), std::string::npos);
  EXPECT_TRUE(well_formed(svg));
}

}  // namespace
}  // namespace frontend
