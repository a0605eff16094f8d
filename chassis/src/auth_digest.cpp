#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

#include "base64url.h"
#include "chassis/auth.h"

namespace chassis {
namespace {

constexpr std::size_t sha256_bytes = 32;
using Digest = std::array<unsigned char, sha256_bytes>;

}  // namespace

bool equal_secrets(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string sha256_hex(std::string_view text) {
  Digest digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error{"SHA-256 failed"};
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const auto byte : digest) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  Digest digest{};
  // An empty key must not be a null pointer: OpenSSL would take that for "the key of before".
  const auto* const key_bytes = key.empty() ? "" : key.data();
  if (HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
           nullptr) == nullptr) {
    throw std::runtime_error{"HMAC-SHA-256 failed"};
  }
  return base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace chassis
