#include "user_json.h"

#include <optional>

#include "chassis/json.h"
#include "password.h"

namespace user {
namespace {

constexpr std::size_t token_characters_max = 200;
constexpr std::size_t email_characters_max = 320;  // as typed, with spaces around

struct TokenDraft {
  std::optional<std::string> refresh_token;
};

struct EmailDraft {
  std::string email;
};

struct PasswordDraft {
  std::string password;
};

struct OwnAccount : User {};

struct Person {
  std::string id;
  std::string name;
  std::string email;
};

struct PersonWithRoles : Person {
  std::string roles;
};

struct People {
  std::vector<Person> items;
};

struct Pair {
  std::string access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;
  std::string refresh_token;
};

struct PairForPeer : Pair {
  PersonWithRoles user;
};

struct Started {
  std::string erasure;
};

struct Changed {
  std::string user_id;
  std::string email;
  std::string name;
};

struct Registered : Changed {
  bool seed = false;
};

struct Gone {
  std::string user_id;
};

struct Discovery {
  std::string issuer;
  std::string jwks_uri;
  std::string token_endpoint;
  std::vector<std::string> token_endpoint_auth_methods_supported{"none"};
  std::vector<std::string> response_types_supported{};
  std::vector<std::string> grant_types_supported{"password"};
  std::vector<std::string> subject_types_supported{"public"};
  std::vector<std::string> id_token_signing_alg_values_supported{"ES256"};
  std::vector<std::string> claims_supported{"iss", "aud", "sub", "exp", "iat", "jti", "roles"};
};

constexpr auto new_password = chassis::length(password_characters_min, password_characters_max);

}  // namespace
}  // namespace user

namespace chassis {

template <>
struct Fields<user::NewUser> {
  static constexpr auto list =
      std::make_tuple(field("email", &user::NewUser::email, length(1, 254)),
                      field("password", &user::NewUser::password, user::new_password),
                      field("name", &user::NewUser::name, length(1, 100)));
};

template <>
struct Fields<user::UserChange> {
  static constexpr auto list = std::make_tuple(
      field("name", &user::UserChange::name, length(1, 100)),
      field("password", &user::UserChange::password, user::new_password),
      field("current_password", &user::UserChange::current_password, length(1, 200)));
};

template <>
struct Fields<user::SignInDraft> {
  static constexpr auto list = std::make_tuple(
      field("email", &user::SignInDraft::email, length(1, user::email_characters_max)),
      field("password", &user::SignInDraft::password, length(1, user::password_characters_max)));
};

template <>
struct Fields<user::TokenDraft> {
  static constexpr auto list = std::make_tuple(field(
      "refresh_token", &user::TokenDraft::refresh_token, length(1, user::token_characters_max)));
};

template <>
struct Fields<user::EmailDraft> {
  static constexpr auto list = std::make_tuple(
      field("email", &user::EmailDraft::email, length(1, user::email_characters_max)));
};

template <>
struct Fields<user::PasswordDraft> {
  static constexpr auto list =
      std::make_tuple(field("password", &user::PasswordDraft::password, user::new_password));
};

template <>
struct Fields<user::User> {
  static constexpr auto list =
      std::make_tuple(field("id", &user::User::id), field("email", &user::User::email),
                      field("name", &user::User::name), field("roles", &user::User::roles),
                      field("created_at", &user::User::created_at));
};

template <>
struct Fields<user::OwnAccount> {
  static constexpr auto list =
      std::tuple_cat(Fields<user::User>::list,
                     std::make_tuple(field("email_verified", &user::OwnAccount::email_verified)));
};

template <>
struct Fields<user::Person> {
  static constexpr auto list =
      std::make_tuple(field("id", &user::Person::id), field("name", &user::Person::name),
                      field("email", &user::Person::email));
};

template <>
struct Fields<user::PersonWithRoles> {
  static constexpr auto list = std::tuple_cat(
      Fields<user::Person>::list, std::make_tuple(field("roles", &user::PersonWithRoles::roles)));
};

template <>
struct Fields<user::People> {
  static constexpr auto list = std::make_tuple(field("items", &user::People::items));
};

template <>
struct Fields<user::Pair> {
  static constexpr auto list = std::make_tuple(field("access_token", &user::Pair::access_token),
                                               field("token_type", &user::Pair::token_type),
                                               field("expires_in", &user::Pair::expires_in),
                                               field("refresh_token", &user::Pair::refresh_token));
};

template <>
struct Fields<user::PairForPeer> {
  static constexpr auto list = std::tuple_cat(
      Fields<user::Pair>::list, std::make_tuple(field("user", &user::PairForPeer::user)));
};

template <>
struct Fields<user::Forgetting> {
  static constexpr auto list =
      std::make_tuple(field("service", &user::Forgetting::service),
                      field("forgotten_at", &user::Forgetting::forgotten_at, nullable));
};

template <>
struct Fields<user::Erasure> {
  static constexpr auto list = std::make_tuple(field("id", &user::Erasure::id),
                                               field("requested_at", &user::Erasure::requested_at),
                                               field("services", &user::Erasure::services));
};

template <>
struct Fields<user::Started> {
  static constexpr auto list = std::make_tuple(field("erasure", &user::Started::erasure));
};

template <>
struct Fields<user::Changed> {
  static constexpr auto list =
      std::make_tuple(field("user_id", &user::Changed::user_id),
                      field("email", &user::Changed::email), field("name", &user::Changed::name));
};

template <>
struct Fields<user::Registered> {
  static constexpr auto list = std::tuple_cat(
      Fields<user::Changed>::list, std::make_tuple(field("seed", &user::Registered::seed)));
};

template <>
struct Fields<user::Gone> {
  static constexpr auto list = std::make_tuple(field("user_id", &user::Gone::user_id, uuid));
};

template <>
struct Fields<user::Discovery> {
  using Discovery = user::Discovery;
  static constexpr auto list =
      std::make_tuple(field("issuer", &Discovery::issuer), field("jwks_uri", &Discovery::jwks_uri),
                      field("token_endpoint", &Discovery::token_endpoint),
                      field("token_endpoint_auth_methods_supported",
                            &Discovery::token_endpoint_auth_methods_supported),
                      field("response_types_supported", &Discovery::response_types_supported),
                      field("grant_types_supported", &Discovery::grant_types_supported),
                      field("subject_types_supported", &Discovery::subject_types_supported),
                      field("id_token_signing_alg_values_supported",
                            &Discovery::id_token_signing_alg_values_supported),
                      field("claims_supported", &Discovery::claims_supported));
};

}  // namespace chassis

namespace user {
namespace {

Person person_from(const User& user) { return {user.id, user.name, user.email}; }

Pair pair_from(const TokenPair& pair) {
  return {pair.access_token, "Bearer", pair.lifetime.count(), pair.refresh_token};
}

}  // namespace

NewUser new_user_from(std::string_view json) { return chassis::from_json<NewUser>(json); }

UserChange user_change_from(std::string_view json) { return chassis::from_json<UserChange>(json); }

SignInDraft sign_in_from(std::string_view json) { return chassis::from_json<SignInDraft>(json); }

std::string refresh_token_from(std::string_view json) {
  auto draft = chassis::from_json<TokenDraft>(json);
  if (!draft.refresh_token) {
    throw chassis::Error{std::vector<chassis::FieldError>{{"/refresh_token", "is missing"}}};
  }
  return *draft.refresh_token;
}

std::string optional_refresh_token_from(std::string_view json) {
  return json.empty() ? "" : chassis::from_json<TokenDraft>(json).refresh_token.value_or("");
}

std::string email_from(std::string_view json) { return chassis::from_json<EmailDraft>(json).email; }

std::string password_from(std::string_view json) {
  return chassis::from_json<PasswordDraft>(json).password;
}

std::string to_json(const User& user) { return chassis::to_json(user); }

std::string own_account_json(const User& user) { return chassis::to_json(OwnAccount{user}); }

std::string people_json(const std::vector<User>& users) {
  People people;
  for (const auto& user : users) people.items.push_back(person_from(user));
  return chassis::to_json(people);
}

std::string to_json(const TokenPair& pair) { return chassis::to_json(pair_from(pair)); }

std::string to_json(const TokenPair& pair, const User& user) {
  return chassis::to_json(PairForPeer{pair_from(pair), {person_from(user), user.roles}});
}

std::string started_json(const Erasure& erasure) { return chassis::to_json(Started{erasure.id}); }

std::string to_json(const Erasure& erasure) { return chassis::to_json(erasure); }

std::string registered_json(const User& user, bool seed) {
  return chassis::to_json(Registered{{user.id, user.email, user.name}, seed});
}

std::string changed_json(const User& user) {
  return chassis::to_json(Changed{user.id, user.email, user.name});
}

std::string deleted_json(const std::string& user_id) { return chassis::to_json(Gone{user_id}); }

std::string erased_user_from(std::string_view json) {
  return chassis::from_json<Gone>(json, chassis::Unknown::ignore).user_id;
}

std::string discovery_json(const std::string& issuer) {
  Discovery discovery;
  discovery.issuer = issuer;
  discovery.jwks_uri = issuer + "/.well-known/jwks.json";
  discovery.token_endpoint = issuer + "/api/v1/sessions";
  return chassis::to_json(discovery);
}

}  // namespace user
