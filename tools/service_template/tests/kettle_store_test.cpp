#include "kettle_store.h"

#include <gtest/gtest.h>

#include "chassis/error.h"
#include "chassis/testing/database.h"
#include "kettle_embedded.h"

namespace kettle {
namespace {

const std::string first = "01980000-0000-7000-8000-000000000001";
const std::string second = "01980000-0000-7000-8000-000000000002";

class KettleStore : public testing::Test {
 protected:
  chassis::testing::TestDatabase database_{embedded()};
  PostgresKettles kettles_{database_.database()};
};

TEST_F(KettleStore, what_was_put_is_found) {
  const auto put = kettles_.put(first, {"Copper"});
  const auto found = kettles_.find(first);
  EXPECT_EQ(found.id, first);
  EXPECT_EQ(found.name, "Copper");
  EXPECT_EQ(found.created_at, put.created_at);
  EXPECT_THROW(kettles_.find(second), chassis::Error);
}

TEST_F(KettleStore, putting_again_changes_the_name_and_makes_no_second_one) {
  const auto before = kettles_.put(first, {"Copper"});
  EXPECT_EQ(kettles_.put(first, {"Tin"}).created_at, before.created_at);
  ASSERT_EQ(kettles_.list("", 10).size(), 1U);
  EXPECT_EQ(kettles_.list("", 10).front().name, "Tin");
}

TEST_F(KettleStore, a_list_goes_on_after_the_last_one_seen) {
  kettles_.put(second, {"Tin"});
  kettles_.put(first, {"Copper"});
  ASSERT_EQ(kettles_.list("", 1).size(), 1U);
  EXPECT_EQ(kettles_.list("", 1).front().id, first);
  ASSERT_EQ(kettles_.list(first, 10).size(), 1U);
  EXPECT_EQ(kettles_.list(first, 10).front().id, second);
}

TEST_F(KettleStore, a_blank_name_is_not_stored) {
  EXPECT_THROW(kettles_.put(first, {" "}), chassis::Error);
  EXPECT_TRUE(kettles_.list("", 10).empty());
}

}  // namespace
}  // namespace kettle
