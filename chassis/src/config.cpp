#include "chassis/config.h"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "chassis/http.h"

namespace chassis {

Config::Config()
    : Config{[](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (value == nullptr) return std::nullopt;
        return value;
      }} {}

Config::Config(Lookup lookup) : lookup_{std::move(lookup)} {}

std::optional<std::string> Config::find(const std::string& name) {
  if (auto value = lookup_(name); value && !value->empty()) return value;
  const auto path = lookup_(name + "_FILE");
  if (!path || path->empty()) return std::nullopt;
  std::ifstream file{*path};
  if (!file) {
    reject(name + "_FILE names a file that cannot be read: " + *path);
    return std::nullopt;
  }
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool Config::has(const std::string& name) const {
  const auto given = [&](const std::string& key) {
    const auto value = lookup_(key);
    return value && !value->empty();
  };
  return given(name) || given(name + "_FILE");
}

void Config::reject(const std::string& problem) { problems_.push_back(problem); }

std::string Config::text(const std::string& name, const std::optional<std::string>& fallback) {
  if (auto value = find(name)) return *value;
  if (!fallback) reject(name + " is missing");
  return fallback.value_or("");
}

std::string Config::secret(const std::string& name, std::size_t length_min) {
  auto value = text(name);
  if (!value.empty() && value.size() < length_min) {
    reject(name + " must have at least " + std::to_string(length_min) + " characters");
  }
  return value;
}

std::int64_t Config::integer(const std::string& name, std::int64_t least, std::int64_t most,
                             std::optional<std::int64_t> fallback) {
  const auto value = find(name);
  if (!value) {
    if (!fallback) reject(name + " is missing");
    return fallback.value_or(least);
  }
  std::int64_t number = 0;
  const auto* end = value->data() + value->size();
  const auto parsed = std::from_chars(value->data(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end || number < least || number > most) {
    reject(name + " must be a whole number from " + std::to_string(least) + " to " +
           std::to_string(most));
    return least;
  }
  return number;
}

bool Config::flag(const std::string& name, bool fallback) {
  const auto value = find(name);
  if (!value) return fallback;
  if (*value == "true") return true;
  if (*value != "false") reject(name + " must be true or false");
  return false;
}

std::string Config::url(const std::string& name, const std::optional<std::string>& fallback) {
  auto value = text(name, fallback);
  if (value.empty()) return value;
  const auto rest = value.rfind("http://", 0) == 0    ? value.substr(7)
                    : value.rfind("https://", 0) == 0 ? value.substr(8)
                                                      : std::string{};
  if (rest.empty() || value.back() == '/' ||
      rest.find_first_of(" \t\r\n?#@") != std::string::npos) {
    reject(name + " must be an http:// or https:// URL without a slash at its end");
  }
  return value;
}

std::string Config::database_url() {
  if (has("DATABASE_URL")) return checked_database_url("DATABASE_URL");
  if (!has("DATABASE_HOST")) {
    reject("DATABASE_URL is missing (or DATABASE_HOST, _PORT, _NAME, _USER and _PASSWORD)");
    return {};
  }
  return database_url_of("DATABASE");
}

std::optional<std::string> Config::database_owner_url() {
  if (has("DATABASE_OWNER_URL")) return checked_database_url("DATABASE_OWNER_URL");
  if (!has("DATABASE_OWNER_USER")) return std::nullopt;
  return database_url_of("DATABASE_OWNER");
}

std::string Config::checked_database_url(const std::string& name) {
  auto url = text(name);
  if (url.rfind("postgres://", 0) != 0 && url.rfind("postgresql://", 0) != 0) {
    reject(name + " must start with postgresql://");
  }
  return url;
}

std::string Config::database_url_of(const std::string& role) {
  const auto host = text("DATABASE_HOST");
  const auto port = integer("DATABASE_PORT", 1, 65535, 5432);
  const auto name = text("DATABASE_NAME");
  const auto user = text(role + "_USER");
  const auto password = text(role + "_PASSWORD");
  return "postgresql://" + percent_encoded(user) + ":" + percent_encoded(password) + "@" + host +
         ":" + std::to_string(port) + "/" + percent_encoded(name);
}

void Config::check() const {
  if (problems_.empty()) return;
  std::string all;
  for (const auto& problem : problems_) all += (all.empty() ? "" : "\n") + problem;
  throw ConfigError{all};
}

}  // namespace chassis
