#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/error.h"
#include "chassis/metrics.h"

namespace user {

constexpr std::size_t password_characters_min = 10;
constexpr std::size_t password_characters_max = 200;

/// Unicode code points of well-formed UTF-8.
std::size_t characters(std::string_view text);

/// Adds what is wrong with a new password, pointing at /password: 10..200 characters, not the
/// e-mail or the name, not among those tried first. No rules about kinds of characters: they make
/// passwords worse (NIST SP 800-63B, section 5.1.1.2).
void check_password(std::string_view password, std::string_view email, std::string_view name,
                    std::vector<chassis::FieldError>& errors);

/// What hashing may cost.
struct HashCosts {
  std::size_t memory_kib = 19 * 1024;
  unsigned passes = 2;
  std::size_t parallel_max = 4;  // hashes at a time: they take parallel_max * memory_kib
  std::size_t waiting_max = 3;   // threads that may wait for their turn
};

/// Argon2id, never more than `parallel_max` at a time in this process. Whoever comes when
/// `waiting_max` wait already, or whose deadline passes while waiting, gets Error{unavailable} with
/// Retry-After at once: a flood of sign-ins costs no more memory than that.
class Passwords {
 public:
  explicit Passwords(HashCosts costs);

  /// Throws Error{unavailable} with Retry-After when whoever comes now would be refused. Quick
  /// enough for an event loop.
  void expect_room();

  std::string hash(const std::string& password);

  /// Whether the password is the one that was hashed. An empty hash (there is no such account)
  /// costs the same work and matches nothing.
  bool matches(const std::string& encoded, const std::string& password);

  /// Whether a hash was made at other costs than these.
  bool outdated(const std::string& encoded) const;

  /// Hashes being computed now, the most there ever were, and threads waiting for their turn.
  struct Load {
    std::size_t running = 0;
    std::size_t most = 0;
    std::size_t waiting = 0;
  };
  Load load() const;

 private:
  class Turn;

  const HashCosts costs_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  Load load_;
  chassis::Gauge in_flight_;
  chassis::Counter refused_;
  chassis::Histogram seconds_;
  const std::string nobodys_;  // what a guess at an account that does not exist is compared with
};

}  // namespace user
