#include "chassis/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

namespace chassis {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Config config_of(std::map<std::string, std::string> environment) {
  return Config{[environment = std::move(environment)](
                    const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  }};
}

std::string complaint(const Config& config) {
  try {
    config.check();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

TEST(Config, all_that_is_wrong_is_said_at_once) {
  auto config = config_of(
      {{"COUNT", "many"}, {"FLAG", "yes"}, {"PEER_URL", "product:8080"}, {"SECRET", "short"}});
  config.text("NAME");
  config.integer("COUNT", 1, 10);
  config.flag("FLAG", true);
  config.url("PEER_URL");
  config.secret("SECRET");
  EXPECT_THAT(
      complaint(config),
      AllOf(HasSubstr("NAME is missing"), HasSubstr("COUNT must be a whole number from 1 to 10"),
            HasSubstr("FLAG must be true or false"), HasSubstr("PEER_URL must be"),
            HasSubstr("SECRET must have at least 16 characters")));
}

TEST(Config, what_is_not_set_takes_its_fallback) {
  auto config = config_of({{"EMPTY", ""}});
  EXPECT_EQ(config.text("EMPTY", "given"), "given");
  EXPECT_EQ(config.integer("COUNT", 1, 10, 7), 7);
  EXPECT_TRUE(config.flag("FLAG", true));
  EXPECT_EQ(complaint(config), "");
}

TEST(Config, a_secret_may_come_from_a_file) {
  const std::string path = ::testing::TempDir() + "config_test_secret";
  std::ofstream{path} << "a-long-enough-secret\n";
  auto config = config_of({{"SECRET_FILE", path}, {"OTHER_FILE", path + ".missing"}});
  EXPECT_EQ(config.secret("SECRET"), "a-long-enough-secret");
  config.text("OTHER", "x");
  EXPECT_THAT(complaint(config), HasSubstr("OTHER_FILE names a file that cannot be read"));
  std::remove(path.c_str());
}

TEST(Config, the_database_is_named_by_a_url_or_by_the_keys_of_a_secret) {
  EXPECT_EQ(config_of({{"DATABASE_URL", "postgresql://a:b@c/d"}}).database_url(),
            "postgresql://a:b@c/d");
  EXPECT_EQ(config_of({{"DATABASE_HOST", "db"},
                       {"DATABASE_NAME", "product"},
                       {"DATABASE_USER", "product"},
                       {"DATABASE_PASSWORD", "p@ss/word"}})
                .database_url(),
            "postgresql://product:p%40ss%2Fword@db:5432/product");
  auto neither = config_of({});
  neither.database_url();
  EXPECT_THAT(complaint(neither), HasSubstr("DATABASE_URL is missing"));
}

TEST(Config, the_owner_of_the_database_may_be_another_role) {
  EXPECT_EQ(config_of({{"DATABASE_URL", "postgresql://a:b@c/d"}}).database_owner_url(),
            std::nullopt);
  EXPECT_EQ(config_of({{"DATABASE_OWNER_URL", "postgresql://o:p@c/d"}}).database_owner_url(),
            "postgresql://o:p@c/d");
  EXPECT_EQ(config_of({{"DATABASE_HOST", "db"},
                       {"DATABASE_NAME", "payment"},
                       {"DATABASE_USER", "payment"},
                       {"DATABASE_PASSWORD", "secret"},
                       {"DATABASE_OWNER_USER", "payment_owner"},
                       {"DATABASE_OWNER_PASSWORD", "s/cret"}})
                .database_owner_url(),
            "postgresql://payment_owner:s%2Fcret@db:5432/payment");
  auto incomplete = config_of(
      {{"DATABASE_HOST", "db"}, {"DATABASE_NAME", "d"}, {"DATABASE_OWNER_USER", "payment_owner"}});
  incomplete.database_owner_url();
  EXPECT_THAT(complaint(incomplete), HasSubstr("DATABASE_OWNER_PASSWORD is missing"));
}

}  // namespace
}  // namespace chassis
