#pragma once

#include <map>
#include <string>
#include <string_view>

#include "chassis/files.h"

namespace frontend {

/// The files of assets/, each under an address that changes with its content, so that a browser may
/// keep what it has for as long as it likes.
class Assets {
 public:
  explicit Assets(const chassis::Files& files);

  struct Asset {
    std::string_view content;
    std::string type;
    std::string etag;
  };

  /// Returns the asset with this hashed name ("style.0f3a....css"), or null when there is none.
  const Asset* find(std::string_view hashed_name) const;

  /// Returns the address of an asset by its plain name: "style.css" is "/assets/style.0f3a....css".
  /// Throws std::logic_error when there is none.
  const std::string& address(std::string_view name) const;

  const std::map<std::string, std::string, std::less<>>& addresses() const { return addresses_; }

 private:
  std::map<std::string, Asset, std::less<>> assets_;
  std::map<std::string, std::string, std::less<>> addresses_;
};

}  // namespace frontend
