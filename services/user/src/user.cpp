#include "user.h"

#include <algorithm>

#include "chassis/error.h"
#include "password.h"

namespace user {
namespace {

constexpr std::string_view white_space = " \t\n";
constexpr std::size_t name_characters_max = 100;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string_view without_around(std::string_view text, std::string_view unwanted) {
  const auto first = text.find_first_not_of(unwanted);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(unwanted) - first + 1);
}

/// Whether each part between dots is not empty and `accepts` it.
template <typename Accepts>
bool all_parts(std::string_view text, Accepts accepts) {
  while (true) {
    const auto dot = text.find('.');
    const auto part = text.substr(0, dot);
    if (part.empty() || !accepts(part)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_atom(std::string_view part) {
  return std::all_of(part.begin(), part.end(), [](char c) {
    return is_letter_or_digit(c) ||
           std::string_view{"!#$%&'*+/=?^_`{|}~-"}.find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view part) {
  return part.size() <= 63 && part.front() != '-' && part.back() != '-' &&
         std::all_of(part.begin(), part.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

void check_name(const std::string& name, std::vector<chassis::FieldError>& errors) {
  const auto length = characters(name);
  if (length < 1 || length > name_characters_max) {
    errors.push_back({"/name", "must have from 1 to 100 characters besides spaces around them"});
  } else if (std::any_of(name.begin(), name.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
             })) {
    errors.push_back({"/name", "must be a single line"});
  }
}

}  // namespace

std::string trimmed(std::string_view text) { return std::string{without_around(text, " ")}; }

std::string normalised_email(std::string_view email) {
  std::string normal{without_around(email, white_space)};
  std::transform(normal.begin(), normal.end(), normal.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return normal;
}

bool is_email(std::string_view email) {
  const auto at = email.rfind('@');
  if (at == std::string_view::npos || email.size() > 254) return false;
  const auto local = email.substr(0, at);
  const auto host = email.substr(at + 1);
  return all_parts(local, is_atom) && host.find('.') != std::string_view::npos &&
         all_parts(host, is_label);
}

NewUser checked(NewUser draft) {
  draft.email = normalised_email(draft.email);
  draft.name = trimmed(draft.name);
  std::vector<chassis::FieldError> errors;
  if (!is_email(draft.email)) errors.push_back({"/email", "must be an e-mail address"});
  check_name(draft.name, errors);
  check_password(draft.password, draft.email, draft.name, errors);
  if (!errors.empty()) throw chassis::Error{std::move(errors)};
  return draft;
}

UserChange checked(UserChange change, const User& user) {
  std::vector<chassis::FieldError> errors;
  if (change.name) {
    change.name = trimmed(*change.name);
    check_name(*change.name, errors);
  }
  if (change.password) {
    check_password(*change.password, user.email, change.name.value_or(user.name), errors);
    if (!change.current_password) {
      errors.push_back({"/current_password", "is needed to change the password"});
    }
  }
  if (!errors.empty()) throw chassis::Error{std::move(errors)};
  return change;
}

void throw_email_taken() {
  throw chassis::Error{chassis::ErrorCode::conflict, "this e-mail address has an account already"}
      .type("email-taken")
      .members(R"("errors":[{"pointer":"/email","detail":"has an account already"}])");
}

}  // namespace user
