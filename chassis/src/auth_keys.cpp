#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <system_error>

#include "base64url.h"
#include "chassis/auth.h"
#include "chassis/config.h"
#include "chassis/json.h"
#include "chassis/log.h"
#include "ec_key.h"

namespace chassis {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds between_looks{1};  // promised: at most two seconds
constexpr std::size_t keys_max = 32;
constexpr std::size_t file_bytes_max = 16 * 1024;
constexpr std::string_view private_ending = ".key.pem";
constexpr std::string_view public_ending = ".pub.pem";
constexpr std::string_view signing_name = "signing-kid";

/// What the folder held when it was last read in full.
struct Keys {
  std::string kid;  // of the key that signs
  std::string header;
  EcKey signer;
  std::string jwks;
};

[[noreturn]] void refuse(const std::string& why) { throw std::runtime_error{why}; }

bool is_kid(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

std::string read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text(file_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) refuse("is unreadable");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > file_bytes_max) refuse("is too large");
  return text;
}

/// Kubernetes keeps the files of one moment in a folder that the link `..data` names: read there,
/// all files belong together even while the link is swapped.
fs::path settled(const fs::path& folder) {
  std::error_code none;
  const auto data = fs::canonical(folder / "..data", none);
  return none ? fs::canonical(folder) : data;
}

bool is_key_file(const std::string& name) {
  return name == signing_name || name.ends_with(private_ending) || name.ends_with(public_ending);
}

std::string time_of(fs::file_time_type time) {
  return std::to_string(time.time_since_epoch().count());
}

/// Changes whenever a file of the folder is added, removed, replaced or written.
std::string fingerprint_of(const fs::path& folder) {
  std::map<std::string, std::string> marks;
  for (const auto& entry : fs::directory_iterator{folder}) {
    auto name = entry.path().filename().string();
    if (!is_key_file(name)) continue;
    marks[std::move(name)] =
        time_of(entry.last_write_time()) + ':' + std::to_string(entry.file_size());
  }
  // The folder's own time tells of a file replaced by another of the same time and size.
  auto text = folder.string() + '\n' + time_of(fs::last_write_time(folder));
  for (const auto& [name, mark] : marks) text.append("\n").append(name).append(" ").append(mark);
  return text;
}

void write_jwk(JsonWriter& json, const std::string& kid, const EcKey& key) {
  const auto member = [&](std::string_view name, std::string_view value) {
    json.key(name);
    json.text(value);
  };
  json.begin_object();
  member("kty", "EC");
  member("crv", "P-256");
  member("x", base64url(key.x()));
  member("y", base64url(key.y()));
  member("use", "sig");
  member("alg", "ES256");
  member("kid", kid);
  json.end_object();
}

std::string jwks_of(const std::map<std::string, EcKey>& keys) {
  JsonWriter json;
  json.begin_object();
  json.key("keys");
  json.begin_array();
  for (const auto& [kid, key] : keys) write_jwk(json, kid, key);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string header_of(const std::string& kid) {
  return base64url(R"({"alg":"ES256","typ":"at+jwt","kid":")" + kid + R"("})");
}

std::string read_signing_kid(const fs::path& folder) try {
  auto kid = read_file(folder / signing_name);
  while (!kid.empty() && (kid.back() == '\n' || kid.back() == '\r')) kid.pop_back();
  return kid;
} catch (const std::runtime_error& problem) {
  refuse("signing-kid " + std::string{problem.what()});
}

/// Throws std::runtime_error, saying what is wrong, unless everything in the folder is right.
std::shared_ptr<const Keys> read_keys(const fs::path& folder) {
  std::map<std::string, EcKey> keys;
  std::map<std::string, EcKey> signers;
  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    const auto is_private = name.ends_with(private_ending);
    if (!is_private && !name.ends_with(public_ending)) continue;
    const auto kid = name.substr(0, name.size() - private_ending.size());
    if (!is_kid(kid)) refuse(name + " has no valid key id before its ending");
    if (keys.size() == keys_max) refuse("more than " + std::to_string(keys_max) + " keys");
    try {
      const auto pem = read_file(entry.path());
      const auto key = is_private ? EcKey::from_private_pem(pem) : EcKey::from_public_pem(pem);
      const auto& kept = keys.emplace(kid, key).first->second;
      if (kept.x() != key.x() || kept.y() != key.y()) refuse("differs from its other half");
      if (is_private) signers.emplace(kid, key);
    } catch (const std::runtime_error& problem) {
      refuse(name + " " + problem.what());
    }
  }
  const auto kid = read_signing_kid(folder);
  const auto signer = signers.find(kid);
  if (signer == signers.end()) refuse("signing-kid names no private key of the folder");
  return std::make_shared<const Keys>(Keys{kid, header_of(kid), signer->second, jwks_of(keys)});
}

std::string claims_json(const Claims& claims, const std::string& issuer,
                        const std::string& audience, std::int64_t issued, std::int64_t lifetime) {
  JsonWriter json;
  const auto member = [&](std::string_view name, std::string_view value) {
    json.key(name);
    json.text(value);
  };
  json.begin_object();
  member("iss", issuer);
  member("aud", audience);
  member("sub", claims.subject);
  json.key("iat");
  json.integer(issued);
  json.key("exp");
  json.integer(issued + lifetime);
  member("jti", claims.id);
  member("roles", claims.roles);
  json.end_object();
  return json.take();
}

}  // namespace

struct KeyRing::State {
  explicit State(std::string path) : folder{std::move(path)} {}

  const fs::path folder;

  std::mutex mutex;
  std::shared_ptr<const Keys> keys;
  std::string fingerprint;  // of the folder that gave `keys`
  std::string complaint;    // logged last; empty while all is well
  std::chrono::steady_clock::time_point next_look;

  /// The keys as they were at most `between_looks` ago.
  std::shared_ptr<const Keys> current() {
    const std::lock_guard lock{mutex};
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_look) {
      next_look = now + between_looks;
      try {
        look();
      } catch (const std::exception& problem) {
        complain(problem.what());
      }
    }
    return keys;
  }

  void look() {
    const auto place = settled(folder);
    auto seen = fingerprint_of(place);
    if (seen != fingerprint) {
      auto read = read_keys(place);
      // A file written while we read has left its mark by now: then the next look decides.
      if (fingerprint_of(place) != seen) return;
      if (keys) log::info("keys read again", {{"signing_kid", read->kid}});
      keys = std::move(read);
      fingerprint = std::move(seen);
    }
    complaint.clear();
  }

  void complain(const std::string& problem) {
    if (problem == complaint) return;
    complaint = problem;
    log::error("keys cannot be read; the ones read before stay", {{"problem", problem}});
  }
};

KeyRing::KeyRing(std::string folder) : state_{std::make_shared<State>(std::move(folder))} {
  try {
    state_->look();
  } catch (const std::exception& problem) {
    throw ConfigError{"the folder of keys cannot be used: " + std::string{problem.what()}};
  }
  if (!state_->keys) throw ConfigError{"the folder of keys changed while it was read"};
  state_->next_look = std::chrono::steady_clock::now() + between_looks;
}

KeyRing::~KeyRing() = default;

std::string KeyRing::jwks() const { return state_->current()->jwks; }

std::string KeyRing::sign(const Claims& claims, const std::string& issuer,
                          const std::string& audience, Time now,
                          std::chrono::seconds lifetime) const {
  const auto keys = state_->current();
  const auto issued = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  auto token = keys->header + '.' +
               base64url(claims_json(claims, issuer, audience, issued, lifetime.count()));
  const auto signature = keys->signer.sign(token);
  return token + '.' + base64url(signature);
}

}  // namespace chassis
