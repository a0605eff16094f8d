#pragma once

#include <string>

#include "chassis/http.h"

namespace bank {

/// Throws Error{unauthenticated} unless the request carries "Authorization: Bearer <key>".
void require_merchant(const chassis::Request& request, const std::string& merchant_key);

/// Throws Error{unauthenticated} or Error{forbidden} unless it comes from a peer of the
/// installation, or from one of its administrators through the gateway.
void require_keeper(const chassis::Request& request);

/// Either of them.
void require_merchant_or_keeper(const chassis::Request& request, const std::string& merchant_key);

}  // namespace bank
