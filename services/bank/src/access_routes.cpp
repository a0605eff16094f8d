#include "access_routes.h"

#include "chassis/auth.h"

namespace bank {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Request;

constexpr std::string_view scheme = "Bearer ";

bool is_merchant(const Request& request, const std::string& merchant_key) {
  const auto value = request.headers.get("Authorization");
  return value.substr(0, scheme.size()) == scheme &&
         chassis::equal_secrets(value.substr(scheme.size()), merchant_key);
}

/// Carries the installation's token for itself. The gateway carries it for whoever comes along, and
/// says so.
bool is_peer(const Request& request) {
  return request.internal && !request.context.caller && !request.headers.has("X-Forwarded-For");
}

}  // namespace

void require_merchant(const Request& request, const std::string& merchant_key) {
  if (!is_merchant(request, merchant_key)) {
    throw Error{ErrorCode::unauthenticated, "only the merchant may do this"};
  }
}

void require_keeper(const Request& request) {
  if (is_peer(request)) return;
  if (!request.caller().has_role("admin")) {
    throw Error{ErrorCode::forbidden, "only administrators may do this"};
  }
}

void require_merchant_or_keeper(const Request& request, const std::string& merchant_key) {
  if (!is_merchant(request, merchant_key)) require_keeper(request);
}

}  // namespace bank
