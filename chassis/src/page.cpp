#include "chassis/page.h"

#include "base64url.h"
#include "chassis/error.h"

namespace chassis {
namespace {

constexpr std::int64_t limit_most = 100;
constexpr std::int64_t limit_usual = 20;
constexpr std::size_t cursor_length_max = 1000;
constexpr std::size_t mark_bytes = 4;

/// FNV-1a over the ordering and the keys: finds accidents and cursors of other lists. It is no
/// secret; a cursor gives no access to anything.
std::string mark(std::string_view ordering, std::string_view keys) {
  std::uint32_t hash = 2166136261U;
  const auto add = [&](char byte) { hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U; };
  for (const char byte : ordering) add(byte);
  add('\0');
  for (const char byte : keys) add(byte);
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(hash >> shift & 255);
  return bytes;
}

/// The keys, each as its length in decimal, a colon and its bytes; nothing when malformed.
std::optional<std::vector<std::string>> split(std::string_view text) {
  std::vector<std::string> keys;
  while (!text.empty()) {
    std::size_t length = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
      length = length * 10 + static_cast<std::size_t>(text[digits] - '0');
      if (length > cursor_length_max) return std::nullopt;
    }
    if (digits == 0 || digits == text.size() || text[digits] != ':') return std::nullopt;
    text.remove_prefix(digits + 1);
    if (length > text.size()) return std::nullopt;
    keys.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return keys;
}

std::optional<std::vector<std::string>> keys_of(std::string_view cursor,
                                                std::string_view ordering) {
  const auto bytes = base64url_decoded(cursor);
  if (!bytes || bytes->size() <= mark_bytes) return std::nullopt;
  const auto keys = std::string_view{*bytes}.substr(mark_bytes);
  if (bytes->substr(0, mark_bytes) != mark(ordering, keys)) return std::nullopt;
  return split(keys);
}

}  // namespace

PageRequest page_request(const Request& request, std::string_view ordering) {
  PageRequest page;
  page.limit = request.query.integer("limit", 1, limit_most).value_or(limit_usual);
  if (const auto text = request.query.text("cursor", cursor_length_max)) {
    auto keys = keys_of(*text, ordering);
    if (!keys) {
      throw Error{{FieldError{"?cursor", "does not belong to this list in this order"}}};
    }
    page.after = std::move(*keys);
  }
  return page;
}

std::string cursor(const std::vector<std::string>& keys, std::string_view ordering) {
  std::string text;
  for (const auto& key : keys) text += std::to_string(key.size()) + ":" + key;
  return base64url(mark(ordering, text) + text);
}

}  // namespace chassis
