#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chassis {

/// base64url without padding (RFC 4648, section 5).
std::string base64url(std::string_view bytes);
/// Nothing when the text is not exactly what base64url() writes.
std::optional<std::string> base64url_decoded(std::string_view text);

}  // namespace chassis
