#include "chassis/clock.h"

#include <gtest/gtest.h>

#include "chassis/error.h"
#include "chassis/json.h"

namespace chassis {

struct Sale {
  Time at;
};
template <>
struct Fields<Sale> {
  static constexpr auto list = std::make_tuple(field("at", &Sale::at));
};

namespace {

using namespace std::chrono_literals;

constexpr Time morning =
    std::chrono::sys_days{std::chrono::November / 21 / 2026} + 8h + 15min + 30s;

TEST(Clock, time_is_written_to_the_microsecond) {
  EXPECT_EQ(to_text(morning + 123456us), "2026-11-21T08:15:30.123456Z");
  EXPECT_EQ(to_text(morning + 7us), "2026-11-21T08:15:30.000007Z");
  EXPECT_EQ(to_text(morning), "2026-11-21T08:15:30.000000Z");
  EXPECT_EQ(to_text(Time{} - 1us), "1969-12-31T23:59:59.999999Z");
}

TEST(Clock, both_forms_are_read_back) {
  EXPECT_EQ(to_time("2026-11-21T08:15:30Z"), morning);
  EXPECT_EQ(to_time("2026-11-21 08:15:30+00"), morning);
  EXPECT_EQ(to_time("2026-11-21T08:15:30.5Z"), morning + 500ms);
  EXPECT_EQ(to_time("2026-11-21 08:15:30.123456+00"), morning + 123456us);
  EXPECT_EQ(to_time("2026-11-21T08:15:30.123456999Z"), morning + 123456us);
  EXPECT_EQ(to_time("2028-02-29T00:00:00Z"),
            std::chrono::sys_days{std::chrono::February / 29 / 2028});
  EXPECT_EQ(to_time(to_text(Time{} - 1us)), Time{} - 1us);
}

TEST(Clock, anything_else_is_invalid) {
  for (const auto* text : {"",
                           "now",
                           "2026-11-21",
                           "2026-11-21T08:15Z",
                           "2026-11-21T08:15:30",
                           "2026-11-21T08:15:30+00",
                           "2026-11-21 08:15:30Z",
                           "2026-11-21T08:15:30+01:00",
                           "2026-11-21 08:15:30+01",
                           "2026-11-21T08:15:30.Z",
                           "2026-11-21T08:15:30.1234567890Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-21T24:00:00Z",
                           "2026-11-21T08:60:00Z",
                           "2026-11-21T08:15:60Z",
                           "2026-11-21T08:15:30Zulu",
                           " 2026-11-21T08:15:30Z",
                           "+026-11-21T08:15:30Z",
                           "26-11-21T08:15:30Z",
                           "12026-11-21T08:15:30Z",
                           "infinity"}) {
    EXPECT_THROW(to_time(text), Error) << text;
  }
}

TEST(Clock, json_holds_time_as_text_and_points_at_a_bad_one) {
  EXPECT_EQ(to_json(Sale{morning}), R"({"at":"2026-11-21T08:15:30.000000Z"})");
  EXPECT_EQ(from_json<Sale>(R"({"at":"2026-11-21T08:15:30Z"})").at, morning);
  try {
    from_json<Sale>(R"({"at":"tomorrow"})");
    FAIL() << "tomorrow is no time";
  } catch (const Error& error) {
    ASSERT_EQ(error.fields().size(), 1U);
    EXPECT_EQ(error.fields()[0].pointer, "/at");
  }
}

TEST(Clock, the_system_clock_moves_on) {
  const auto before = system_clock().now();
  while (system_clock().now() == before) {
  }
  EXPECT_GT(system_clock().now(), before);
}

}  // namespace
}  // namespace chassis
