#include "user_json.h"
#include "user_routes.h"

namespace user {
namespace {

using chassis::Access;
using chassis::Method;
using chassis::Request;
using chassis::Response;

/// Less than a third of the time for which a retired key stays published.
Response for_caches(std::string json) {
  return {200, std::move(json), "application/json", {{"Cache-Control", "public, max-age=300"}}};
}

}  // namespace

chassis::Routes discovery_routes(const std::shared_ptr<const Accounts>& accounts) {
  return {
      {Method::get, "/.well-known/jwks.json", Access::anyone,
       [accounts](const Request& /*request*/) {
         return for_caches(accounts->tokens->public_keys());
       }},
      {Method::get, "/.well-known/openid-configuration", Access::anyone,
       [accounts](const Request& /*request*/) {
         return for_caches(discovery_json(accounts->tokens->issuer()));
       }},
  };
}

}  // namespace user
