#include "form_token.h"

#include <gtest/gtest.h>

namespace frontend {
namespace {

TEST(FormToken, belongs_to_one_browser_and_one_person) {
  const FormTokens tokens{"a key"};
  const auto mark = FormTokens::new_mark();
  const auto token = tokens.token(mark, "ada");
  EXPECT_TRUE(tokens.matches(token, mark, "ada"));
  EXPECT_FALSE(tokens.matches(token, mark, "eve"));
  EXPECT_FALSE(tokens.matches(token, mark, ""));
  EXPECT_FALSE(tokens.matches(token, FormTokens::new_mark(), "ada"));
  EXPECT_FALSE(tokens.matches("", mark, "ada"));
}

TEST(FormToken, replicas_with_one_key_agree_and_others_do_not) {
  const auto mark = FormTokens::new_mark();
  EXPECT_EQ(FormTokens{"k"}.token(mark, ""), FormTokens{"k"}.token(mark, ""));
  EXPECT_NE(FormTokens{"k"}.token(mark, ""), FormTokens{"another"}.token(mark, ""));
}

TEST(FormToken, a_mark_that_we_did_not_make_proves_nothing) {
  const FormTokens tokens{"a key"};
  for (const auto* const mark : {"", "short", "|||||||||||||||||||||||||||||||||"}) {
    EXPECT_FALSE(FormTokens::is_mark(mark));
    EXPECT_FALSE(tokens.matches(tokens.token(mark, ""), mark, ""));
  }
  EXPECT_TRUE(FormTokens::is_mark(FormTokens::new_mark()));
  EXPECT_NE(FormTokens::new_mark(), FormTokens::new_mark());
}

}  // namespace
}  // namespace frontend
