#include "user.h"

#include <gtest/gtest.h>

#include "chassis/error.h"

namespace user {
namespace {

std::vector<std::string> bad_fields(const NewUser& draft) {
  try {
    checked(draft);
  } catch (const chassis::Error& error) {
    std::vector<std::string> pointers;
    for (const auto& field : error.fields()) pointers.push_back(field.pointer);
    return pointers;
  }
  return {};
}

using Pointers = std::vector<std::string>;
const NewUser ada{"Ada@Example.com", "tea at four o'clock", " Ada "};

TEST(User, an_address_is_one_however_it_is_written) {
  EXPECT_EQ(normalised_email(" Ada@Example.COM\n"), "ada@example.com");
  EXPECT_EQ(normalised_email("   "), "");
  EXPECT_EQ(checked(ada).email, "ada@example.com");
}

TEST(User, a_name_is_kept_without_spaces_around_it) { EXPECT_EQ(checked(ada).name, "Ada"); }

TEST(User, an_address_has_a_local_part_and_a_host_with_a_dot) {
  for (const auto* good : {"a@b.c", "a.b+c@x-y.example", "{x}@1.2", "o'hara@example.com"}) {
    EXPECT_TRUE(is_email(good)) << good;
  }
  for (const auto* bad :
       {"", "a", "@b.c", "a@", "a@b", "a@b.", "a@.b", "a..b@c.d", ".a@b.c", "a b@c.d", "a@-b.c",
        "a@b-.c", "a@b@c.d", "a@b.c ", "a@b_c.d", "\xC3\xA9@b.c"}) {
    EXPECT_FALSE(is_email(bad)) << bad;
  }
  EXPECT_TRUE(is_email(std::string(248, 'a') + "@bc.de"));
  EXPECT_FALSE(is_email(std::string(249, 'a') + "@bc.de"));
  EXPECT_TRUE(is_email("a@" + std::string(63, 'b') + ".c"));
  EXPECT_FALSE(is_email("a@" + std::string(64, 'b') + ".c"));
}

TEST(User, every_bad_field_is_named_at_once) {
  EXPECT_EQ(bad_fields({"nobody", "short", "  "}), (Pointers{"/email", "/name", "/password"}));
  EXPECT_EQ(bad_fields({"a@b.cd", "long enough", "two\nlines"}), Pointers{"/name"});
  EXPECT_EQ(bad_fields({"a@b.cd", "long enough", std::string(101, 'n')}), Pointers{"/name"});
  EXPECT_EQ(bad_fields({"a@b.cd", "long enough", std::string(100, 'n')}), Pointers{});
}

TEST(User, a_password_has_ten_to_two_hundred_characters_whatever_their_bytes) {
  EXPECT_EQ(bad_fields({"a@b.cd", "123456789", "A"}), Pointers{"/password"});
  EXPECT_EQ(bad_fields({"a@b.cd", "ééééééééé", "A"}), Pointers{"/password"});
  EXPECT_EQ(bad_fields({"a@b.cd", "éééééééééé", "A"}), Pointers{});
  EXPECT_EQ(bad_fields({"a@b.cd", std::string(200, 'x'), "A"}), Pointers{});
  EXPECT_EQ(bad_fields({"a@b.cd", std::string(201, 'x'), "A"}), Pointers{"/password"});
}

TEST(User, a_password_that_everybody_tries_is_refused) {
  EXPECT_EQ(bad_fields({"a@b.cd", "Password123", "A"}), Pointers{"/password"});
  EXPECT_EQ(bad_fields({"ada@example.com", "ADA@example.com", "A"}), Pointers{"/password"});
  EXPECT_EQ(bad_fields({"a@b.cd", "ada lovelace", "Ada Lovelace"}), Pointers{"/password"});
}

TEST(User, a_new_password_needs_the_current_one) {
  const User user{"id", "a@b.cd", "Ada Lovelace", "", {}};
  UserChange change;
  change.password = "long enough";
  EXPECT_THROW(checked(change, user), chassis::Error);
  change.current_password = "whatever";
  EXPECT_NO_THROW(checked(change, user));
  change.password = "Ada Lovelace";
  EXPECT_THROW(checked(change, user), chassis::Error);
  change.name = "Countess";
  EXPECT_NO_THROW(checked(change, user));
}

}  // namespace
}  // namespace user
