#include "sign_in.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

#include "chassis/error.h"
#include "chassis/metrics.h"

namespace user {
namespace {

void count_sign_in(const char* outcome) {
  chassis::counter("user_sign_ins_total", "Tries to sign in, by outcome", {{"outcome", outcome}})
      .add();
}

}  // namespace

std::string network_of(std::string_view address) {
  std::string text{address};
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return text;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
  const bool mapped =
      std::all_of(bytes.begin(), bytes.begin() + 10, [](auto b) { return b == 0; }) &&
      bytes[10] == 0xFF && bytes[11] == 0xFF;
  std::array<char, INET6_ADDRSTRLEN> written{};
  if (mapped) return inet_ntop(AF_INET, &bytes[12], written.data(), written.size());
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return inet_ntop(AF_INET6, bytes.data(), written.data(), written.size());
}

std::chrono::seconds delay_after(std::int64_t count, std::int64_t free) {
  constexpr std::int64_t seconds_max = 60;
  if (count < free) return std::chrono::seconds{0};
  const auto doublings = std::min<std::int64_t>(count - free, 6);
  return std::chrono::seconds{std::min(std::int64_t{1} << doublings, seconds_max)};
}

Credential SignIn::check(const Try& attempt, const std::string& password) {
  auto credential = users_.find_email(attempt.email);
  if (!right(attempt, credential ? &*credential : nullptr, password)) {
    throw chassis::Error{chassis::ErrorCode::unauthenticated,
                         "that e-mail address and password do not belong together"};
  }
  return std::move(*credential);
}

void SignIn::confirm(const Credential& credential, const std::string& network,
                     const std::string& password) {
  if (!right({credential.user.email, network}, &credential, password)) {
    throw chassis::Error{chassis::ErrorCode::forbidden, "that is not the current password"}.type(
        "wrong-password");
  }
}

bool SignIn::right(const Try& attempt, const Credential* credential, const std::string& password) {
  try {
    tries_.count(attempt);
  } catch (const chassis::Error& error) {
    if (error.code() == chassis::ErrorCode::too_many_requests) count_sign_in("slowed");
    throw;
  }
  try {
    if (!passwords_.matches(credential == nullptr ? "" : credential->password_hash, password)) {
      count_sign_in("wrong");
      return false;
    }
    if (passwords_.outdated(credential->password_hash)) {
      users_.rehash(*credential, passwords_.hash(password));
    }
  } catch (...) {
    count_sign_in("busy");
    tries_.take_back(attempt);
    throw;
  }
  tries_.forget(attempt, credential->user.id);
  count_sign_in("right");
  return true;
}

}  // namespace user
