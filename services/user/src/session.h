#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "user.h"

namespace user {

/// How long sessions last.
struct SessionTimes {
  std::chrono::seconds idle{30 * 24 * 3600};  // without a renewal
  std::chrono::seconds most{90 * 24 * 3600};  // however often it is renewed
  std::chrono::seconds grace{10};             // for Repeat::allowed
};

/// A new pair of tokens for a user; the access token is signed from it.
struct Renewal {
  User user;
  std::string token_id;       // a UUID, the jti of the access token
  std::string refresh_token;  // opaque, 256 bits; only its SHA-256 is kept
};

/// What a refresh token that was used before means.
enum class Repeat {
  theft,    // always that somebody else has it
  allowed,  // within the grace: that another tab of the same browser was quicker
};

/// Adds to user_sessions_revoked_total: reason is "sign-out", "everywhere", "reuse", "password" or
/// "erasure".
void count_revoked(const char* reason, std::size_t sessions);

/// The sessions of all users. A session is the family of refresh tokens that follow from one
/// sign-in; exactly one of them is unused.
class Sessions {
 public:
  virtual ~Sessions() = default;

  /// Opens a session for somebody who gave the password of `credential`. Throws
  /// Error{unauthenticated} when the account is gone or has another password by now.
  virtual Renewal open(const Credential& credential) = 0;

  /// Uses the refresh token up and returns the next pair, and the user as it is now. A token that
  /// was used before ends its session: of two renewals at the same time the first gets a pair, and
  /// the second ends the session, the first one's pair included. With Repeat::allowed a token used
  /// within the grace instead returns the pair that is unused now, as often as asked, so that all
  /// tabs end up with the same one. Throws Error{unauthenticated}, always with the same sentence,
  /// when the token is unknown, expired, or was used.
  virtual Renewal renew(const std::string& refresh_token, Repeat repeat) = 0;

  /// Ends the session this refresh token, used or not, belongs to, if any.
  virtual void close(const std::string& refresh_token) = 0;

  /// Ends the user's session that the access token `token_id` belongs to, if any.
  virtual void close_token(const std::string& user_id, const std::string& token_id) = 0;

  /// Ends every session of the user.
  virtual void close_all(const std::string& user_id) = 0;

  /// Deletes at most `count` expired sessions and as many old tokens; forgets how to repeat
  /// renewals whose grace is over.
  virtual void purge(std::int64_t count) = 0;
};

}  // namespace user
