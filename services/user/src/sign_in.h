#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "password.h"
#include "user.h"

namespace user {

/// Somebody tries a password for an account.
struct Try {
  std::string email;    // normalised
  std::string network;  // network_of() the address; empty when nobody knows
};

/// The part of an address that one customer of a provider usually has for himself: all of IPv4, the
/// first 64 bits of IPv6. Empty when the text is no address.
std::string network_of(std::string_view address);

/// How long to wait after the `count`-th wrong try in a row, when the first `free` cost nothing:
/// 1, 2, 4 ... seconds, at most 60.
std::chrono::seconds delay_after(std::int64_t count, std::int64_t free);

/// Tries in a row that cost no wait, from one network and from all together.
constexpr std::int64_t free_tries = 5;
constexpr std::int64_t free_tries_everywhere = 50;

/// Counts tries, for accounts that exist and addresses without one alike, across all replicas.
/// README.md has the reasons.
class Tries {
 public:
  virtual ~Tries() = default;

  /// Counts this try as a wrong one before its password is looked at, so that a hundred at the same
  /// time count as a hundred. Throws Error{too_many_requests} with Retry-After, and counts nothing,
  /// while the wait after earlier ones is not over. A network from which the owner has signed in
  /// within 30 days waits for its own tries only.
  virtual void count(const Try& attempt) = 0;

  /// The password was right: forgets this network's tries, takes the counted one back from those of
  /// all networks, and knows the network from now on.
  virtual void forget(const Try& attempt, const std::string& user_id) = 0;

  /// Takes the counted one back: nobody looked at the password.
  virtual void take_back(const Try& attempt) = 0;

  /// Deletes at most `count` of those that have expired.
  virtual void purge(std::int64_t count) = 0;
};

/// Finds out whether somebody is who they say.
class SignIn {
 public:
  SignIn(Users& users, Tries& tries, Passwords& passwords)
      : users_{users}, tries_{tries}, passwords_{passwords} {}

  /// The account of this e-mail and password. Throws Error{unauthenticated}, in the same words and
  /// after the same work, when there is no such account or the password is another;
  /// Error{too_many_requests} as Tries::count(), Error{unavailable} as Passwords.
  Credential check(const Try& attempt, const std::string& password);

  /// Makes sure that the owner of the account gives the password. Throws Error{forbidden} of type
  /// "wrong-password" when it is another, and as check() otherwise.
  void confirm(const Credential& credential, const std::string& network,
               const std::string& password);

 private:
  bool right(const Try& attempt, const Credential* credential, const std::string& password);

  Users& users_;
  Tries& tries_;
  Passwords& passwords_;
};

}  // namespace user
