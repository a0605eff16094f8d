#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "user.h"

namespace user {

enum class LetterKind { verification, password_reset };

/// "verification" or "password-reset".
const char* name(LetterKind kind);

/// What is to be mailed to a person, with a secret that proves that the mail was read. The secret
/// is nowhere else: only its SHA-256 is kept.
struct Letter {
  LetterKind kind;
  User to;
  std::string token;  // 256 bits as base64url
};

/// Takes a letter to be mailed.
using Post = std::function<void(const Letter&)>;

/// Where letters go as long as there is no mail service: they are counted and thrown away.
void drop(const Letter& letter);

/// Letters with secrets, and what the secrets open.
class Letters {
 public:
  virtual ~Letters() = default;

  /// Writes a letter to the account with this normalised e-mail. Nothing when there is no such
  /// account, or when three of this kind were written to this address within an hour; all with the
  /// same work. A new password can be set for one hour, an address verified for three days.
  virtual std::optional<Letter> write(LetterKind kind, const std::string& email) = 0;

  /// To whom an unexpired letter for a new password was written. Throws Error{not_found}.
  virtual User addressee(const std::string& token) = 0;

  /// Sets the new password, ends all sessions of the account, and makes all its letters for a new
  /// password void: of two at the same time, one succeeds. Reading the letter verifies the address
  /// too. Throws Error{not_found} when the token is unknown, used or expired.
  virtual void reset_password(const std::string& token, const std::string& password_hash) = 0;

  /// Marks the address as verified; again with the same token changes nothing. Throws
  /// Error{not_found} when the token is unknown or expired.
  virtual void verify(const std::string& token) = 0;

  /// Deletes at most `count` of those that have expired.
  virtual void purge(std::int64_t count) = 0;
};

}  // namespace user
