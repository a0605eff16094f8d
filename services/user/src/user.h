#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/clock.h"

namespace user {

/// A person's account.
struct User {
  std::string id;     // a UUID
  std::string email;  // normalised
  std::string name;
  std::string roles;  // separated by spaces; empty for a customer
  chassis::Time created_at;
  bool email_verified = false;
  std::int64_t version = 1;  // goes up with each change
};

/// Somebody who asks for an account.
struct NewUser {
  std::string email;
  std::string password;
  std::string name;
};

/// What somebody wants to change about their account.
struct UserChange {
  std::optional<std::string> name{};
  std::optional<std::string> password{};
  std::optional<std::string> current_password{};  // required with a password
};

/// Without white space around it and in lower case (ASCII): the form in which addresses are kept
/// and compared.
std::string normalised_email(std::string_view email);

/// Whether a normalised address has the form of one: a local part as the dot-string of RFC 5321,
/// "@", a host name of at least two labels; at most 254 characters in all. Whether anybody reads
/// its mail, only a letter can tell.
bool is_email(std::string_view email);

/// Without spaces around it.
std::string trimmed(std::string_view text);

/// The new account with its e-mail and name in the form they are kept in. Throws Error{invalid}
/// naming each field that breaks a rule: is_email(), a name of 1..100 characters on one line,
/// check_password().
NewUser checked(NewUser draft);

/// The same for a change of `user`.
UserChange checked(UserChange change, const User& user);

/// Throws Error{conflict} of type "email-taken" pointing at /email.
[[noreturn]] void throw_email_taken();

/// An account and what proves that somebody owns it.
struct Credential {
  User user;
  std::string password_hash;
  std::int64_t password_version = 1;  // goes up with each new password
};

/// All accounts, wherever they are kept.
class Users {
 public:
  virtual ~Users() = default;

  /// Stores an account (the draft has passed checked()) under a new id. However many ask for one
  /// e-mail at the same time, one gets it and the others Error{conflict} of type "email-taken".
  virtual User sign_up(const NewUser& draft, const std::string& password_hash) = 0;

  /// The account that is there under this id. Throws Error{unauthenticated} when it is gone: its
  /// tokens outlive it by minutes.
  virtual Credential find(const std::string& id) = 0;

  /// The account with this normalised e-mail, if any.
  virtual std::optional<Credential> find_email(const std::string& email) = 0;

  /// Those of the accounts that exist, in the order of their ids.
  virtual std::vector<User> list(const std::vector<std::string>& ids) = 0;

  /// Changes the name; `version`, when given, must still be the account's, else
  /// Error{precondition_failed}. A name that stays the same changes nothing. Throws
  /// Error{unauthenticated} when the account is gone.
  virtual User rename(const std::string& id, const std::string& name,
                      std::optional<std::int64_t> version) = 0;

  /// Sets a new password (and the name, when given), ends all sessions but the one that the access
  /// token `token_id` belongs to (empty: all), and makes all letters for a new password void.
  /// Throws Error{conflict} when the password is not that of `before` any more, else as rename().
  virtual User change_password(const Credential& before, const std::string& new_hash,
                               const std::optional<std::string>& name, const std::string& token_id,
                               std::optional<std::int64_t> version) = 0;

  /// The same password hashed at other costs; nothing happens when it has changed meanwhile.
  virtual void rehash(const Credential& before, const std::string& new_hash) = 0;
};

}  // namespace user
