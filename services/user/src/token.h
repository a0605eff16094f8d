#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "chassis/auth.h"
#include "session.h"

namespace user {

/// Signs access tokens.
class Tokens {
 public:
  /// `issuer` is the public address of the site.
  Tokens(std::shared_ptr<const chassis::KeyRing> keys, std::string issuer,
         std::chrono::seconds lifetime = std::chrono::minutes{10})
      : keys_{std::move(keys)}, issuer_{std::move(issuer)}, lifetime_{lifetime} {}

  /// The access token of a pair, as a JWT.
  std::string access(const Renewal& renewal) const {
    return keys_->sign({renewal.user.id, renewal.user.roles, renewal.token_id}, issuer_, "serai",
                       chassis::system_clock().now(), lifetime_);
  }

  std::string public_keys() const { return keys_->jwks(); }
  const std::string& issuer() const { return issuer_; }
  std::chrono::seconds lifetime() const { return lifetime_; }

 private:
  std::shared_ptr<const chassis::KeyRing> keys_;
  std::string issuer_;
  std::chrono::seconds lifetime_;
};

}  // namespace user
