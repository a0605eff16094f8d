#include "payment.h"

#include <algorithm>

#include "account.h"

namespace frontend {

std::optional<std::string> card_origin(std::string_view tokenise_url) {
  if (!local_path(tokenise_url, "").empty()) {
    return "";
  }
  constexpr std::string_view scheme = "https://";
  if (tokenise_url.substr(0, scheme.size()) != scheme) {
    return std::nullopt;
  }
  const auto end = tokenise_url.find('/', scheme.size());
  const auto host = tokenise_url.substr(scheme.size(), end - scheme.size());
  const auto path = end == std::string_view::npos ? "/" : tokenise_url.substr(end);
  // Nothing that would say more in a policy than where: names, digits, and a port.
  const bool plain = std::all_of(host.begin(), host.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '.' ||
           letter == '-' || letter == ':';
  });
  if (host.empty() || !plain || local_path(path, "").empty()) {
    return std::nullopt;
  }
  return std::string{scheme} + std::string{host};
}

}  // namespace frontend
