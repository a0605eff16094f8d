#include <sodium.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "chassis/auth.h"
#include "chassis/error.h"

namespace chassis {
namespace {

/// libsodium is ready once this returned; threads may ask at the same time.
void need_sodium() {
  static const int ready = sodium_init();
  if (ready < 0) throw std::runtime_error{"libsodium cannot start"};
}

/// libsodium says "no" both for a wrong password and for want of memory. The second must not look
/// like the first to somebody who typed the right password.
void refuse_for_want_of_memory() {
  if (errno == ENOMEM) {
    throw Error{ErrorCode::unavailable, "too busy to check a password now"}.retry_after(1);
  }
}

}  // namespace

std::string password_hash(const std::string& password, std::size_t memory_kib, unsigned passes) {
  need_sodium();
  std::array<char, crypto_pwhash_STRBYTES> encoded{};
  errno = 0;
  if (crypto_pwhash_str_alg(encoded.data(), password.data(), password.size(), passes,
                            memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    refuse_for_want_of_memory();
    throw std::runtime_error{"Argon2id refused these costs"};
  }
  return encoded.data();
}

bool password_matches(const std::string& encoded, const std::string& password) {
  need_sodium();
  if (encoded.size() >= crypto_pwhash_STRBYTES) return false;
  errno = 0;
  if (crypto_pwhash_str_verify(encoded.c_str(), password.data(), password.size()) == 0) return true;
  refuse_for_want_of_memory();
  return false;
}

bool password_needs_rehash(const std::string& encoded, std::size_t memory_kib, unsigned passes) {
  need_sodium();
  return crypto_pwhash_str_needs_rehash(encoded.c_str(), passes, memory_kib * 1024) != 0;
}

}  // namespace chassis
