#include "form_token.h"

#include <utility>

#include "chassis/auth.h"
#include "chassis/id.h"

namespace frontend {
namespace {

constexpr std::size_t mark_bytes = 24;
constexpr std::size_t mark_letters = 32;  // of base64url

}  // namespace

FormTokens::FormTokens(std::string key) : key_{std::move(key)} {}

std::string FormTokens::new_mark() { return chassis::random_token(mark_bytes); }

bool FormTokens::is_mark(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() == mark_letters && text.find_first_not_of(letters) == std::string_view::npos;
}

std::string FormTokens::token(std::string_view mark, std::string_view user_id) const {
  // A mark has a fixed length, so no two pairs make the same text.
  return chassis::hmac_sha256(key_, std::string{mark} + "|" + std::string{user_id});
}

bool FormTokens::matches(std::string_view offered, std::string_view mark,
                         std::string_view user_id) const {
  return is_mark(mark) && chassis::equal_secrets(offered, token(mark, user_id));
}

}  // namespace frontend
