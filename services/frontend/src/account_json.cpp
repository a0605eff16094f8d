#include "account_json.h"

#include <algorithm>

#include "chassis/json.h"

namespace frontend {
namespace {

struct AccountAnswer {
  std::string id;
  std::string email;
  std::string name;
  std::string roles;
  std::optional<std::string> created_at;
};

struct RenewalAnswer {
  AccountAnswer user;
};

/// What of an access token a page needs (RFC 9068).
struct TokenClaims {
  std::string sub;
  std::optional<std::string> roles;
};

struct NewAccount {
  std::string name;
  std::string email;
  std::string password;
};

struct Name {
  std::string name;
};

struct RefreshToken {
  std::string refresh_token;
};

}  // namespace
}  // namespace frontend

template <>
struct chassis::Fields<frontend::AccountAnswer> {
  using Answer = frontend::AccountAnswer;
  static constexpr auto list = std::make_tuple(
      field("id", &Answer::id, uuid), field("email", &Answer::email), field("name", &Answer::name),
      field("roles", &Answer::roles), field("created_at", &Answer::created_at));
};

template <>
struct chassis::Fields<frontend::RenewalAnswer> {
  static constexpr auto list = std::make_tuple(field("user", &frontend::RenewalAnswer::user));
};

template <>
struct chassis::Fields<frontend::Session> {
  using Session = frontend::Session;
  static constexpr auto list =
      std::make_tuple(field("access_token", &Session::access_token, length(1, 3000)),
                      field("expires_in", &Session::expires_in, range(1, 86'400)),
                      field("refresh_token", &Session::refresh_token, length(1, 1000)));
};

template <>
struct chassis::Fields<frontend::TokenClaims> {
  using Claims = frontend::TokenClaims;
  static constexpr auto list =
      std::make_tuple(field("sub", &Claims::sub, uuid), field("roles", &Claims::roles));
};

template <>
struct chassis::Fields<frontend::Credentials> {
  using Credentials = frontend::Credentials;
  static constexpr auto list = std::make_tuple(field("email", &Credentials::email),
                                               field("password", &Credentials::password));
};

template <>
struct chassis::Fields<frontend::NewAccount> {
  using NewAccount = frontend::NewAccount;
  static constexpr auto list =
      std::make_tuple(field("name", &NewAccount::name), field("email", &NewAccount::email),
                      field("password", &NewAccount::password));
};

template <>
struct chassis::Fields<frontend::Name> {
  static constexpr auto list = std::make_tuple(field("name", &frontend::Name::name));
};

template <>
struct chassis::Fields<frontend::RefreshToken> {
  static constexpr auto list =
      std::make_tuple(field("refresh_token", &frontend::RefreshToken::refresh_token));
};

namespace frontend {
namespace {

template <typename Answer>
Answer read(std::string_view json) {
  try {
    return chassis::from_json<Answer>(json, chassis::Unknown::ignore);
  } catch (const chassis::Error&) {
    throw chassis::Error{chassis::ErrorCode::unavailable, "the accounts gave no usable answer"};
  }
}

std::string base64url_decoded(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  unsigned held = 0;
  int bits = 0;
  for (const char letter : text) {
    const auto value = letters.find(letter);
    if (value == std::string_view::npos) {
      return {};
    }
    held = (held << 6U | static_cast<unsigned>(value)) & 0xffffU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(held >> static_cast<unsigned>(bits) & 0xffU);
    }
  }
  return bytes;
}

/// Whose token it is. It comes straight from the accounts, so its signature need not be looked at.
void read_owner(Session& session) {
  const std::string_view token{session.access_token};
  const auto begin = std::min(token.find('.'), token.size() - 1) + 1;
  const auto claims = token.substr(begin, token.find('.', begin) - begin);
  try {
    const auto owner =
        chassis::from_json<TokenClaims>(base64url_decoded(claims), chassis::Unknown::ignore);
    session.user_id = owner.sub;
    session.roles = owner.roles.value_or("");
  } catch (const chassis::Error&) {
    session.user_id.clear();  // then it is known at the next page
  }
}

Account account_from(const AccountAnswer& answer) {
  return {answer.id, answer.email, answer.name, answer.roles, answer.created_at.value_or("")};
}

}  // namespace

std::string sign_in_json(const Credentials& credentials) { return chassis::to_json(credentials); }

std::string sign_up_json(const std::string& name, const Credentials& credentials) {
  return chassis::to_json(NewAccount{name, credentials.email, credentials.password});
}

std::string renewal_json(const std::string& refresh_token) {
  return chassis::to_json(RefreshToken{refresh_token});
}

std::string rename_json(const std::string& name) { return chassis::to_json(Name{name}); }

Account read_account(std::string_view json) { return account_from(read<AccountAnswer>(json)); }

Session read_session(std::string_view json) {
  auto session = read<Session>(json);
  read_owner(session);
  return session;
}

Renewal read_renewal(std::string_view json) {
  return {read<Session>(json), account_from(read<RenewalAnswer>(json).user)};
}

}  // namespace frontend
