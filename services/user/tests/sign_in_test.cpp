#include "sign_in.h"

#include <gtest/gtest.h>

namespace user {
namespace {

TEST(SignIn, the_wait_doubles_up_to_a_minute) {
  std::vector<std::int64_t> waits;
  for (int count = 1; count <= 13; ++count) waits.push_back(delay_after(count, 5).count());
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60}));
  EXPECT_EQ(delay_after(1'000'000, 5).count(), 60);
}

TEST(SignIn, a_network_is_what_one_customer_usually_has) {
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(network_of("2001:DB8:1:2::9"), "2001:db8:1:2::");
  EXPECT_NE(network_of("2001:db8:1:3::9"), "2001:db8:1:2::");
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("unix:"), "");
  EXPECT_EQ(network_of(""), "");
}

}  // namespace
}  // namespace user
