#pragma once

#include <string>
#include <string_view>

namespace frontend {

/// The tokens that prove a form came from a page of ours. A browser holds a random mark in a cookie
/// no other site can set or read (`__Host-`, HttpOnly); a form carries the HMAC of that mark and of
/// who the page was made for. Another site knows neither, and a form made for one person, or for
/// nobody, is refused from another.
class FormTokens {
 public:
  /// All replicas must use the same key.
  explicit FormTokens(std::string key);

  /// A new mark for a browser that has none.
  static std::string new_mark();
  static bool is_mark(std::string_view text);

  std::string token(std::string_view mark, std::string_view user_id) const;

  /// Whether `token` is the one for this mark and person; takes as long for any wrong one.
  bool matches(std::string_view token, std::string_view mark, std::string_view user_id) const;

 private:
  std::string key_;
};

}  // namespace frontend
