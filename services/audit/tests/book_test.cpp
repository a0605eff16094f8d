#include "book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_books.h"

namespace audit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Leaf {
  std::string id;
  int value = 0;
};

class BookTest : public testing::Test {
 protected:
  BookTest() {
    for (int n = 1; n <= 9; ++n) shelf_.rows.push_back({std::to_string(n * 10), n});
  }

  std::vector<std::string> read_all() {
    std::vector<std::string> ids;
    for (const auto* row = book_.peek(); row != nullptr; row = book_.peek()) {
      ids.push_back(row->id);
      book_.advance();
    }
    return ids;
  }
  std::vector<std::string> again(const std::vector<std::string>& ids) {
    shelf_.cursors.clear();
    std::vector<std::string> found;
    for (const auto& row : book_.again(ids)) found.push_back(row.id);
    return found;
  }
  std::string trouble() {
    try {
      read_all();
    } catch (const chassis::Error& error) {
      return error.what();
    }
    return "none";
  }

  FakeBook<Leaf> shelf_;
  Book<Leaf> book_{{"order", "orders"}, shelf_.source()};
};

TEST_F(BookTest, is_read_once_from_its_first_row_to_its_last) {
  EXPECT_THAT(read_all(), ElementsAre("10", "20", "30", "40", "50", "60", "70", "80", "90"));
  EXPECT_EQ(book_.row_count(), 9);
  EXPECT_THAT(shelf_.cursors, ElementsAre("", "after 20", "after 40", "after 60", "after 80"));
  EXPECT_EQ(book_.peek(), nullptr);
}

TEST_F(BookTest, may_be_empty_and_grow_later) {
  shelf_.rows.clear();
  EXPECT_THAT(read_all(), IsEmpty());
  EXPECT_THAT(again({"10"}), IsEmpty());
  shelf_.rows = {{"10", 1}, {"20", 2}, {"30", 3}};
  EXPECT_THAT(again({"10", "30"}), ElementsAre("10", "30"));
}

TEST_F(BookTest, is_looked_at_again_only_on_the_pages_in_question) {
  read_all();
  EXPECT_THAT(again({"30", "70", "80"}), ElementsAre("30", "70", "80"));
  EXPECT_THAT(shelf_.cursors, ElementsAre("after 20", "after 60"));
}

TEST_F(BookTest, shows_rows_again_as_they_are_now) {
  read_all();
  shelf_.row("50").value = 55;
  EXPECT_EQ(book_.again({"50"})[0].value, 55);
}

TEST_F(BookTest, finds_rows_that_came_since_wherever_they_stand) {
  read_all();
  for (const char* id : {"05", "31", "32", "33", "34", "95", "96", "97"})
    shelf_.rows.push_back({id});
  EXPECT_THAT(again({"05", "34", "40", "97"}), ElementsAre("05", "34", "40", "97"));
  EXPECT_THAT(again({"40"}), ElementsAre("40"));  // three pages behind where it stood
}

TEST_F(BookTest, misses_what_is_not_there_and_goes_on) {
  read_all();
  EXPECT_THAT(again({"15", "40", "41", "99"}), ElementsAre("40"));
  EXPECT_THAT(again({"999"}), IsEmpty());
}

TEST_F(BookTest, out_of_order_is_refused) {
  shelf_.sorted = false;
  shelf_.rows = {{"10"}, {"30"}, {"20"}};
  EXPECT_THAT(trouble(), HasSubstr("the book orders of order cannot be read: its rows are not in"));
}

TEST_F(BookTest, with_a_row_twice_is_refused) {
  shelf_.sorted = false;
  shelf_.rows = {{"10"}, {"10"}};
  EXPECT_THAT(trouble(), HasSubstr("not in the order of their ids"));
}

TEST(Book, that_never_ends_is_refused) {
  Book<Leaf> book{
      {"order", "orders"}, [](const std::string&) {
        return std::async(std::launch::deferred, [] { return Page<Leaf>{{}, "again"}; });
      }};
  EXPECT_THROW(book.peek(), chassis::Error);
}

}  // namespace
}  // namespace audit
