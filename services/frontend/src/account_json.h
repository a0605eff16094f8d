#pragma once

#include <string>
#include <string_view>

#include "account.h"

namespace frontend {

/// What the user service is sent.
std::string sign_in_json(const Credentials& credentials);
std::string sign_up_json(const std::string& name, const Credentials& credentials);
std::string renewal_json(const std::string& refresh_token);
std::string rename_json(const std::string& name);

/// What it answers. Members added later are ignored; each throws chassis::Error{unavailable} when
/// the answer is not of the agreed form.
Account read_account(std::string_view json);
Session read_session(std::string_view json);
Renewal read_renewal(std::string_view json);

}  // namespace frontend
