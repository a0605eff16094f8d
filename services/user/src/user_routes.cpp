#include "user_routes.h"

#include <algorithm>

#include "chassis/error.h"
#include "chassis/id.h"
#include "chassis/metrics.h"
#include "user_json.h"

namespace user {
namespace {

using chassis::Access;
using chassis::Method;
using chassis::Request;
using chassis::Response;

// Rows of each kind, once a minute.
constexpr std::int64_t purged_at_once = 1000;
constexpr std::size_t people_max = 100;

void send(const Accounts& accounts, LetterKind kind, const std::string& email) {
  if (const auto letter = accounts.letters->write(kind, email)) accounts.post(*letter);
}

Response sign_up(const Request& request, const Accounts& accounts) {
  static const auto signed_up =
      chassis::counter("user_sign_ups_total", "Accounts that were opened");
  const auto draft = checked(new_user_from(chassis::json_body(request)));
  // Only to spare the hash; the store settles who comes first.
  if (accounts.users->find_email(draft.email)) throw_email_taken();
  const auto user = accounts.users->sign_up(draft, accounts.passwords->hash(draft.password));
  signed_up.add();
  send(accounts, LetterKind::verification, user.email);
  return chassis::created("/v1/users/me", to_json(user));
}

Response own_account(const Request& request, const User& user) {
  return chassis::with_etag(request, chassis::ok(own_account_json(user)),
                            chassis::etag_of(user.version));
}

Response get_me(const Request& request, const Accounts& accounts) {
  return own_account(request, accounts.users->find(request.caller().user_id).user);
}

User change_password(const Request& request, const Accounts& accounts, const Credential& before,
                     const UserChange& change, std::optional<std::int64_t> version) {
  SignIn{*accounts.users, *accounts.tries, *accounts.passwords}.confirm(before, network_of(request),
                                                                        *change.current_password);
  return accounts.users->change_password(before, accounts.passwords->hash(*change.password),
                                         change.name, token_id_of(request), version);
}

/// The version that If-Match names, which a client may leave out here.
std::optional<std::int64_t> version_wanted(const Request& request) {
  if (!request.headers.has("If-Match")) return std::nullopt;
  if (request.headers.get("If-Match").empty()) {
    throw chassis::Error{chassis::ErrorCode::precondition_failed, "If-Match names no version"};
  }
  return chassis::if_match(request);
}

Response change_me(const Request& request, const Accounts& accounts) {
  const auto draft = user_change_from(chassis::json_body(request));
  const auto version = version_wanted(request);
  const auto before = accounts.users->find(request.caller().user_id);
  const auto change = checked(draft, before.user);
  if (change.password) {
    return own_account(request, change_password(request, accounts, before, change, version));
  }
  return own_account(request, accounts.users->rename(
                                  before.user.id, change.name.value_or(before.user.name), version));
}

Response erase_me(const Request& request, const Accounts& accounts) {
  const auto erasure = accounts.erasures->start(request.caller().user_id);
  auto response = chassis::accepted(started_json(erasure));
  response.headers.add("Location", "/v1/erasures/" + erasure.id);
  return response;
}

Response get_erasure(const Request& request, const Accounts& accounts) {
  return chassis::ok(to_json(accounts.erasures->find(request.uuid("id"))));
}

Response ask_reset(const Request& request, const Accounts& accounts) {
  send(accounts, LetterKind::password_reset,
       normalised_email(email_from(chassis::json_body(request))));
  return chassis::accepted(R"({"status":"accepted"})");
}

Response reset_password(const Request& request, const Accounts& accounts) {
  const auto password = password_from(chassis::json_body(request));
  const auto& token = request.parameter("token");
  const auto user = accounts.letters->addressee(token);
  std::vector<chassis::FieldError> errors;
  check_password(password, user.email, user.name, errors);
  if (!errors.empty()) throw chassis::Error{std::move(errors)};
  accounts.letters->reset_password(token, accounts.passwords->hash(password));
  return chassis::no_content();
}

Response verify(const Request& request, const Accounts& accounts) {
  accounts.letters->verify(request.parameter("token"));
  return chassis::no_content();
}

/// The UUIDs of ?ids=a,b,c.
std::vector<std::string> ids_of(const Request& request) {
  request.query.only({"ids"});
  const auto text = request.query.text("ids", people_max * 37).value_or("");
  std::vector<std::string> ids;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    ids.push_back(text.substr(at, end - at));
    if (!chassis::is_uuid(ids.back()) || ids.size() > people_max) {
      throw chassis::Error{std::vector<chassis::FieldError>{
          {"?ids", "must be at most 100 UUIDs separated by commas"}}};
    }
    at = end + 1;
  }
  return ids;
}

Response list_people(const Request& request, const Accounts& accounts) {
  return chassis::ok(people_json(accounts.users->list(ids_of(request))));
}

}  // namespace

void purge(const Accounts& accounts) {
  accounts.sessions->purge(purged_at_once);
  accounts.tries->purge(purged_at_once);
  accounts.letters->purge(purged_at_once);
}

std::string network_of(const Request& request) {
  if (!request.internal) return {};
  auto addresses = request.headers.get("X-Forwarded-For");
  // The last one was added by whoever we trust.
  addresses = addresses.substr(addresses.rfind(',') + 1);
  while (!addresses.empty() && addresses.front() == ' ') addresses.remove_prefix(1);
  return network_of(addresses);
}

chassis::FastHandler when_room(std::shared_ptr<const Accounts> accounts) {
  return [accounts = std::move(accounts)](const Request& /*request*/) -> std::optional<Response> {
    accounts->passwords->expect_room();
    return std::nullopt;
  };
}

std::string token_id_of(const Request& request) {
  // There is a caller only when whoever sent the headers has the installation's token.
  return request.context.caller ? std::string{request.headers.get("X-User-Token-Id")} : "";
}

chassis::Routes account_routes(const std::shared_ptr<const Accounts>& accounts) {
  const auto with = [&](auto handle) {
    return [accounts, handle](const Request& request) { return handle(request, *accounts); };
  };
  return {
      {Method::post, "/v1/users", Access::anyone, with(sign_up), when_room(accounts)},
      {Method::get, "/v1/users/me", Access::user, with(get_me)},
      {Method::patch, "/v1/users/me", Access::user, with(change_me)},
      {Method::del, "/v1/users/me", Access::user, with(erase_me)},
      // Whoever is erased cannot sign in to ask; the id is random and only they know it.
      {Method::get, "/v1/erasures/{id}", Access::anyone, with(get_erasure)},
      {Method::post, "/v1/password-resets", Access::anyone, with(ask_reset)},
      {Method::put, "/v1/password-resets/{token}", Access::anyone, with(reset_password),
       when_room(accounts)},
      {Method::put, "/v1/verifications/{token}", Access::anyone, with(verify)},
      {Method::get, "/internal/users", Access::internal, with(list_people)},
  };
}

chassis::Routes routes(const Accounts& accounts) {
  const auto shared = std::make_shared<const Accounts>(accounts);
  return account_routes(shared) + session_routes(shared) + discovery_routes(shared);
}

}  // namespace user
