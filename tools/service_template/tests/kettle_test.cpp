#include "kettle.h"

#include <gtest/gtest.h>

#include "chassis/error.h"

namespace kettle {
namespace {

TEST(Kettle, a_name_is_more_than_blanks) {
  EXPECT_NO_THROW(check({"Copper"}));
  EXPECT_THROW(check({""}), chassis::Error);
  EXPECT_THROW(check({" \t"}), chassis::Error);
}

}  // namespace
}  // namespace kettle
