#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "erasure.h"
#include "session.h"
#include "user.h"

namespace user {

/// A pair of tokens as a client gets it.
struct TokenPair {
  std::string access_token;
  std::chrono::seconds lifetime;
  std::string refresh_token;
};

struct SignInDraft {
  std::string email;
  std::string password;
};

/// The reading of bodies. All throw Error{invalid} naming every field that is missing, unknown or
/// of the wrong type or length.
NewUser new_user_from(std::string_view json);
UserChange user_change_from(std::string_view json);
SignInDraft sign_in_from(std::string_view json);
std::string refresh_token_from(std::string_view json);
/// Empty when the body is, or does not name one.
std::string optional_refresh_token_from(std::string_view json);
std::string email_from(std::string_view json);
std::string password_from(std::string_view json);

/// {id, email, name, roles, created_at}
std::string to_json(const User& user);
/// The same and whether the e-mail is verified.
std::string own_account_json(const User& user);
/// {items: [{id, name, email}]}
std::string people_json(const std::vector<User>& users);
/// {access_token, token_type, expires_in, refresh_token}, and for peers also
/// user: {id, name, email, roles}.
std::string to_json(const TokenPair& pair);
std::string to_json(const TokenPair& pair, const User& user);
/// {erasure: "<id>"}
std::string started_json(const Erasure& erasure);
/// {id, requested_at, services: [{service, forgotten_at}]}
std::string to_json(const Erasure& erasure);
/// The data of user.registered {user_id, email, name, seed}, user.changed {user_id, email, name}
/// and user.deleted {user_id}.
std::string registered_json(const User& user, bool seed);
std::string changed_json(const User& user);
std::string deleted_json(const std::string& user_id);
/// The user_id of <service>.user_erased {user_id}, which may hold more. Throws Error{invalid}.
std::string erased_user_from(std::string_view json);
/// OpenID Connect Discovery 1.0, with what there is.
std::string discovery_json(const std::string& issuer);

}  // namespace user
