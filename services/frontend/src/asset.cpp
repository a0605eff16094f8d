#include "asset.h"

#include <stdexcept>

#include "chassis/auth.h"

namespace frontend {
namespace {

constexpr std::string_view folder = "assets/";
constexpr std::size_t hash_letters = 16;

std::string type_of(std::string_view ending) {
  static const std::map<std::string_view, std::string> types = {
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".js", "text/javascript"},
      {".txt", "text/plain; charset=utf-8"}};
  const auto found = types.find(ending);
  if (found == types.end()) {
    throw std::logic_error{"no media type is known for assets ending in " + std::string{ending}};
  }
  return found->second;
}

}  // namespace

Assets::Assets(const chassis::Files& files) {
  for (const auto& [path, content] : files) {
    if (path.rfind(folder, 0) != 0) {
      continue;
    }
    const auto name = path.substr(folder.size());
    const auto dot = name.rfind('.');
    const auto ending = dot == std::string::npos ? std::string{} : name.substr(dot);
    const auto hash = chassis::sha256_hex(content).substr(0, hash_letters);
    const auto hashed = name.substr(0, dot) + "." + hash + ending;
    assets_[hashed] = {content, type_of(ending), "\"" + hash + "\""};
    addresses_[name] = "/assets/" + hashed;
  }
}

const Assets::Asset* Assets::find(std::string_view hashed_name) const {
  const auto found = assets_.find(hashed_name);
  return found == assets_.end() ? nullptr : &found->second;
}

const std::string& Assets::address(std::string_view name) const {
  const auto found = addresses_.find(name);
  if (found == addresses_.end()) {
    throw std::logic_error{"no asset " + std::string{name}};
  }
  return found->second;
}

}  // namespace frontend
