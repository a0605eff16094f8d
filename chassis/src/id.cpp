#include "chassis/id.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "base64url.h"
#include "chassis/auth.h"

namespace chassis {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// Random bytes from the system, fetched 256 at a time (the most getentropy() gives) and wiped
/// once they are given out.
class Entropy {
 public:
  template <std::size_t size>
  std::array<unsigned char, size> take() {
    static_assert(size <= sizeof(pool_));
    if (left_ < size) {
      if (getentropy(pool_.data(), pool_.size()) != 0) {
        throw std::runtime_error{"the system gives no random bytes"};
      }
      left_ = pool_.size();
    }
    left_ -= size;
    std::array<unsigned char, size> bytes{};
    std::memcpy(bytes.data(), &pool_[left_], size);
    explicit_bzero(&pool_[left_], size);
    return bytes;
  }

 private:
  std::array<unsigned char, 256> pool_{};
  std::size_t left_ = 0;
};

Entropy& entropy() {
  thread_local Entropy pool;
  return pool;
}

/// Where the canonical form has its hyphens.
constexpr bool is_hyphen(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

std::string uuid_text(std::array<unsigned char, 16> bytes, unsigned version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | version << 4);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text(36, '-');
  std::size_t place = 0;
  for (const auto byte : bytes) {
    if (is_hyphen(place)) ++place;
    text[place++] = hex_digits[byte >> 4];
    text[place++] = hex_digits[byte & 15];
  }
  return text;
}

}  // namespace

std::string new_id() {
  auto bytes = entropy().take<16>();
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                 std::chrono::system_clock::now().time_since_epoch())
                 .count();
  for (std::size_t i = 6; i-- > 0; now >>= 8) bytes[i] = static_cast<unsigned char>(now & 255);
  return uuid_text(bytes, 7);
}

std::string seeded_id(std::string_view seed, std::string_view kind, std::uint64_t n) {
  // The lengths keep ("ab", "c") and ("a", "bc") apart.
  std::string name;
  for (const auto part : {seed, kind}) {
    name += std::to_string(part.size()) + ":";
    name += part;
  }
  const auto digest = sha256_hex(name + std::to_string(n));
  std::array<unsigned char, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = hex_digits.find(digest[2 * i]);
    const auto low = hex_digits.find(digest[2 * i + 1]);
    bytes[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return uuid_text(bytes, 8);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    const bool fits = is_hyphen(i)
                          ? letter == '-'
                          : (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
    if (!fits) return false;
  }
  return true;
}

std::string random_token(std::size_t bytes) {
  std::string raw;
  while (raw.size() < bytes) {
    const auto more = entropy().take<16>();
    raw.append(reinterpret_cast<const char*>(more.data()),
               std::min(more.size(), bytes - raw.size()));
  }
  return base64url(raw);
}

}  // namespace chassis
