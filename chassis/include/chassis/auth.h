#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chassis/clock.h"

namespace chassis {

/// What an access token says (RFC 9068).
struct Claims {
  std::string subject;  // the user's id
  std::string roles;    // separated by spaces
  std::string id;       // jti
};

/// The ES256 keys of the installation, read from a folder: `<kid>.key.pem` private (PKCS#8, P-256),
/// `<kid>.pub.pem` public only, and `signing-kid`, which names the key that signs. The folder is
/// read again when it changes, at most two seconds later, so keys rotate without a restart; a
/// broken folder keeps the keys read before and logs an error.
class KeyRing {
 public:
  /// Throws ConfigError when the folder cannot be used at the start.
  explicit KeyRing(std::string folder);
  ~KeyRing();

  /// The JSON Web Key Set with every public key in the folder (RFC 7517).
  std::string jwks() const;

  /// A compact JWS: header {alg ES256, typ at+jwt, kid}, claims iss, aud, sub, iat, exp, jti,
  /// roles; lifetime in seconds.
  std::string sign(const Claims& claims, const std::string& issuer, const std::string& audience,
                   Time now, std::chrono::seconds lifetime) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Whether two secrets are equal, in a time that depends only on their length.
bool equal_secrets(std::string_view left, std::string_view right);

/// SHA-256 in lower-case hexadecimal, and HMAC-SHA-256 (RFC 2104) as base64url.
std::string sha256_hex(std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);

/// Argon2id (RFC 9106) in the encoded form "$argon2id$v=19$...", memory in KiB.
std::string password_hash(const std::string& password, std::size_t memory_kib, unsigned passes);
bool password_matches(const std::string& encoded, const std::string& password);
/// Whether a hash was made with other costs than these and should be made anew.
bool password_needs_rehash(const std::string& encoded, std::size_t memory_kib, unsigned passes);

}  // namespace chassis
