#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace chassis {

/// All settings that are missing or malformed, a line each. App prints it and exits with status 2.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads settings from the environment. A setting X may also be given as X_FILE, the path of a file
/// that holds it (one line feed at the end is dropped). Problems are collected; after the last
/// setting check() throws them all together.
class Config {
 public:
  using Lookup = std::function<std::optional<std::string>(const std::string&)>;

  /// The process's environment.
  Config();
  explicit Config(Lookup lookup);

  /// Required when there is no fallback.
  std::string text(const std::string& name, const std::optional<std::string>& fallback = {});
  /// As text(), but at least `length_min` characters; never logged.
  std::string secret(const std::string& name, std::size_t length_min = 16);
  std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most,
                       std::optional<std::int64_t> fallback = {});
  bool flag(const std::string& name, bool fallback);
  /// An absolute http:// or https:// URL without a trailing slash.
  std::string url(const std::string& name, const std::optional<std::string>& fallback = {});
  /// The PostgreSQL connection URL: DATABASE_URL, or the keys of a CloudNativePG secret as
  /// DATABASE_HOST, _PORT, _NAME, _USER, _PASSWORD.
  std::string database_url();
  /// The connection URL of the role that owns the database, where that is not the one that works in
  /// it: DATABASE_OWNER_URL, or DATABASE_OWNER_USER and _PASSWORD beside the separate keys. Nothing
  /// when neither is given: then one role does both.
  std::optional<std::string> database_owner_url();
  bool has(const std::string& name) const;
  /// Adds a problem of the service's own: "NAME must be ...".
  void reject(const std::string& problem);

  /// Throws ConfigError when any setting so far was wrong.
  void check() const;

 private:
  std::optional<std::string> find(const std::string& name);
  std::string checked_database_url(const std::string& name);
  std::string database_url_of(const std::string& role);
  Lookup lookup_;
  std::vector<std::string> problems_;
};

}  // namespace chassis
