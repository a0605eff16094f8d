#include "chassis/error.h"
#include "user_json.h"
#include "user_routes.h"

namespace user {
namespace {

using chassis::Access;
using chassis::Method;
using chassis::Request;
using chassis::Response;

/// Secrets are not for caches (RFC 6749, section 5.1).
Response created_secret(std::string json) {
  return {201, std::move(json), "application/json", {{"Cache-Control", "no-store"}}};
}

TokenPair pair_from(const Renewal& renewal, const Accounts& accounts) {
  return {accounts.tokens->access(renewal), accounts.tokens->lifetime(), renewal.refresh_token};
}

Response sign_in(const Request& request, const Accounts& accounts) {
  const auto draft = sign_in_from(chassis::json_body(request));
  const auto credential = SignIn{*accounts.users, *accounts.tries, *accounts.passwords}.check(
      {normalised_email(draft.email), network_of(request)}, draft.password);
  return created_secret(to_json(pair_from(accounts.sessions->open(credential), accounts)));
}

Response refresh(const Request& request, const Accounts& accounts) {
  const auto renewal =
      accounts.sessions->renew(refresh_token_from(chassis::json_body(request)), Repeat::theft);
  return created_secret(to_json(pair_from(renewal, accounts)));
}

Response refresh_for_page(const Request& request, const Accounts& accounts) {
  const auto renewal =
      accounts.sessions->renew(refresh_token_from(chassis::json_body(request)), Repeat::allowed);
  return created_secret(to_json(pair_from(renewal, accounts), renewal.user));
}

/// A refresh token names its session, also when the access token is over; without one it is the
/// session of the access token.
Response sign_out(const Request& request, const Accounts& accounts) {
  const auto refresh_token = request.body.empty()
                                 ? std::string{}
                                 : optional_refresh_token_from(chassis::json_body(request));
  if (!refresh_token.empty()) {
    accounts.sessions->close(refresh_token);
    return chassis::no_content();
  }
  const auto& caller = request.caller();
  const auto token_id = token_id_of(request);
  if (token_id.empty()) {
    throw chassis::Error{std::vector<chassis::FieldError>{
        {"/refresh_token", "is needed: nothing else here says which session is meant"}}};
  }
  accounts.sessions->close_token(caller.user_id, token_id);
  return chassis::no_content();
}

Response sign_out_everywhere(const Request& request, const Accounts& accounts) {
  accounts.sessions->close_all(request.caller().user_id);
  return chassis::no_content();
}

}  // namespace

chassis::Routes session_routes(const std::shared_ptr<const Accounts>& accounts) {
  const auto with = [&](auto handle) {
    return [accounts, handle](const Request& request) { return handle(request, *accounts); };
  };
  return {
      {Method::post, "/v1/sessions", Access::anyone, with(sign_in), when_room(accounts)},
      {Method::del, "/v1/sessions", Access::user, with(sign_out_everywhere)},
      {Method::post, "/v1/sessions/refresh", Access::anyone, with(refresh)},
      {Method::del, "/v1/sessions/current", Access::anyone, with(sign_out)},
      {Method::post, "/internal/sessions/refresh", Access::internal, with(refresh_for_page)},
  };
}

}  // namespace user
