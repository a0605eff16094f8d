#include "password.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "chassis/auth.h"
#include "chassis/context.h"
#include "chassis/id.h"

namespace user {
namespace {

using namespace std::chrono_literals;

constexpr auto patience_most = 5s;  // of a caller without a deadline

/// Passwords of ten characters and more that lists of stolen ones have at their top; shorter ones
/// are refused by their length.
constexpr std::array frequent_passwords{
    "1234567890",    "0123456789",  "0987654321",      "9876543210",
    "12345678910",   "123456789a",  "a123456789",      "123456789q",
    "1234567891",    "1234512345",  "1111111111",      "0000000000",
    "2222222222",    "9999999999",  "1q2w3e4r5t",      "1q2w3e4r5t6y",
    "1qaz2wsx3edc",  "q1w2e3r4t5",  "q1w2e3r4t5y6",    "qwertyuiop",
    "qwerty1234",    "qwerty12345", "qwerty123456",    "qwertyuiop123",
    "asdfghjkl1",    "asdfghjkl;",  "zxcvbnm123",      "abcdefghij",
    "abcdef1234",    "abcd123456",  "abc1234567",      "aaaaaaaaaa",
    "password12",    "password123", "password1234",    "passw0rd123",
    "password!1",    "password01",  "mypassword",      "mypassword1",
    "iloveyou12",    "iloveyou123", "iloveyouforever", "ilovejesus",
    "letmein123",    "welcome123",  "welcome1234",     "administrator",
    "adminadmin",    "admin12345",  "changeme123",     "football123",
    "basketball",    "superman123", "princess123",     "sunshine123",
    "liverpool1",    "manchester",  "motherfucker",    "correcthorsebatterystaple",
    "letmeinplease", "trustno1234", "secret12345",     "0123456789a",
    "qazwsxedcrfv",
};

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

chassis::Error busy() {
  return chassis::Error{chassis::ErrorCode::unavailable,
                        "too many people are signing in at this moment; try again in a second"}
      .retry_after(1);
}

}  // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

void check_password(std::string_view password, std::string_view email, std::string_view name,
                    std::vector<chassis::FieldError>& errors) {
  const auto length = characters(password);
  if (length < password_characters_min || length > password_characters_max) {
    errors.push_back({"/password", "must have from 10 to 200 characters"});
    return;
  }
  const auto lower = lower_case(password);
  if (lower == lower_case(email) || lower == lower_case(name)) {
    errors.push_back({"/password", "must not be the e-mail address or the name"});
  } else if (std::find(frequent_passwords.begin(), frequent_passwords.end(), lower) !=
             frequent_passwords.end()) {
    errors.push_back({"/password", "is among the first that anybody would try"});
  }
}

/// One of the `parallel_max` places, for as long as it lives.
class Passwords::Turn {
 public:
  explicit Turn(Passwords& passwords) : passwords_{passwords} {
    std::unique_lock lock{passwords_.mutex_};
    const auto& costs = passwords_.costs_;
    const auto free = [&] { return passwords_.load_.running < costs.parallel_max; };
    if (!free()) {
      if (passwords_.load_.waiting >= costs.waiting_max) refuse();
      ++passwords_.load_.waiting;
      const bool got =
          passwords_.freed_.wait_for(lock, chassis::Context::current().left(patience_most), free);
      --passwords_.load_.waiting;
      if (!got) refuse();
    }
    ++passwords_.load_.running;
    passwords_.load_.most = std::max(passwords_.load_.most, passwords_.load_.running);
    passwords_.in_flight_.set(static_cast<double>(passwords_.load_.running));
  }

  ~Turn() {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since_;
    passwords_.seconds_.observe(took.count());
    {
      const std::lock_guard lock{passwords_.mutex_};
      --passwords_.load_.running;
      passwords_.in_flight_.set(static_cast<double>(passwords_.load_.running));
    }
    passwords_.freed_.notify_one();
  }

  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  [[noreturn]] void refuse() const {
    passwords_.refused_.add();
    throw busy();
  }

  Passwords& passwords_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

Passwords::Passwords(HashCosts costs)
    : costs_{costs},
      in_flight_{chassis::gauge("user_password_hashes_in_flight", "Passwords being hashed now")},
      refused_{chassis::counter("user_password_hashes_refused_total",
                                "Passwords not hashed because too many were waiting")},
      seconds_{chassis::histogram("user_password_hash_duration_seconds",
                                  "Time to hash a password, waiting included")},
      nobodys_{chassis::password_hash(chassis::random_token(16), costs.memory_kib, costs.passes)} {}

void Passwords::expect_room() {
  {
    const std::lock_guard lock{mutex_};
    if (load_.running < costs_.parallel_max || load_.waiting < costs_.waiting_max) return;
  }
  refused_.add();
  throw busy();
}

std::string Passwords::hash(const std::string& password) {
  const Turn turn{*this};
  return chassis::password_hash(password, costs_.memory_kib, costs_.passes);
}

bool Passwords::matches(const std::string& encoded, const std::string& password) {
  const Turn turn{*this};
  const bool same = chassis::password_matches(encoded.empty() ? nobodys_ : encoded, password);
  return same && !encoded.empty();
}

bool Passwords::outdated(const std::string& encoded) const {
  return chassis::password_needs_rehash(encoded, costs_.memory_kib, costs_.passes);
}

Passwords::Load Passwords::load() const {
  const std::lock_guard lock{mutex_};
  return load_;
}

}  // namespace user
