#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace chassis {

/// A key on the curve P-256, for ES256 (RFC 7518). Immutable, so threads may share it.
class EcKey {
 public:
  /// Read from PEM (PKCS#8, or SubjectPublicKeyInfo); throws std::runtime_error when it is anything
  /// else, encrypted, or on another curve.
  static EcKey from_private_pem(const std::string& pem);
  static EcKey from_public_pem(const std::string& pem);

  /// r and s, 32 bytes each, of the SHA-256 of `text`. Only a private key can.
  std::string sign(std::string_view text) const;

  /// The public point, 32 bytes each, big-endian.
  const std::string& x() const { return x_; }
  const std::string& y() const { return y_; }

 private:
  explicit EcKey(std::shared_ptr<void> key);
  std::shared_ptr<void> key_;  // an EVP_PKEY
  std::string x_;
  std::string y_;
};

}  // namespace chassis
