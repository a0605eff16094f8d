#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>

namespace frontend {

struct Account {
  std::string id;
  std::string email;
  std::string name;
  std::string roles;  // separated by spaces
  std::string created_at;
};

/// What keeps a person signed in: a short-lived access token, and the token to get the next pair.
struct Session {
  std::string access_token;
  std::int64_t expires_in = 0;  // seconds
  std::string refresh_token;
  // Whose it is, as the access token says; empty when it cannot be read.
  std::string user_id = {};
  std::string roles = {};
};

/// A renewed session, and whose it is.
struct Renewal {
  Session session;
  Account account;
};

struct Credentials {
  std::string email;
  std::string password;
  /// Where the visitor comes from, as the gateway saw it ("X-Forwarded-For"): guessing is slowed by
  /// it. Empty when nobody trusted says.
  std::string address = {};
};

/// The accounts of Serai. All throw chassis::Error; unavailable or timeout when the accounts cannot
/// be reached.
class Accounts {
 public:
  virtual ~Accounts() = default;

  /// Throws Error{unauthenticated} when the two do not belong together, Error{too_many_requests}
  /// after too many tries, with the seconds to wait.
  virtual Session sign_in(const Credentials& credentials) = 0;

  /// Throws Error{conflict} when the e-mail is taken, Error{invalid} naming the bad fields.
  virtual void sign_up(const std::string& name, const Credentials& credentials) = 0;

  /// Throws Error{unauthenticated} when the session is over. Asking twice within ten seconds, as
  /// the tabs of one browser do, is harmless.
  virtual Renewal renew(const std::string& refresh_token) = 0;

  /// Ends the session the caller's refresh token belongs to. Throws nothing when it is over
  /// already.
  virtual void sign_out(const std::string& refresh_token) = 0;

  /// Ends every session of the caller.
  virtual void sign_out_everywhere() = 0;

  /// The caller's own account.
  virtual std::future<Account> mine() = 0;

  /// Changes the caller's name. Throws Error{invalid} when it will not do.
  virtual void rename(const std::string& name) = 0;
};

/// Returns `text` when it is an address within this site, as a page may ask to be gone to next:
/// one leading slash, then printable characters. Anything else becomes `otherwise`.
std::string local_path(std::string_view text, const std::string& otherwise = "/");

/// "21 November 2026" for an RFC 3339 time; empty for anything else.
std::string day_text(std::string_view time);

}  // namespace frontend
