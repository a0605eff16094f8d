#include "demo_store.h"

#include <array>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "chassis/error.h"
#include "chassis/id.h"

namespace user {
namespace {

constexpr auto world = "serai";

struct NamedPerson {
  const char* name;
  const char* email;
};

/// Travellers, in the order in which they came.
constexpr std::array travellers{
    NamedPerson{"Ibn Battuta", "ibn.battuta@example.com"},
    NamedPerson{"Isabella Bird", "isabella.bird@example.com"},
    NamedPerson{"Xuanzang", "xuanzang@example.com"},
    NamedPerson{"Egeria", "egeria@example.com"},
    NamedPerson{"Evliya Çelebi", "evliya.celebi@example.com"},
    NamedPerson{"Jeanne Baret", "jeanne.baret@example.com"},
};
constexpr std::uint64_t people_large = 200;

NewUser draft_from(const std::string& account, const std::string& name) {
  const auto colon = account.find(':');
  return {account.substr(0, colon), colon == std::string::npos ? "" : account.substr(colon + 1),
          name};
}

/// Throws std::invalid_argument for an account that nobody could have signed up for.
NewUser checked_demo(const NewUser& draft) {
  try {
    return checked(draft);
  } catch (const chassis::Error&) {
    throw std::invalid_argument{draft.email + " cannot be a demo account: give it as " +
                                "e-mail:password, with 10 characters of password"};
  }
}

NewUser traveller(std::uint64_t n, const std::string& password) {
  if (n < travellers.size()) return {travellers[n].email, password, travellers[n].name};
  const auto number = std::to_string(n + 1);
  return {"traveller-" + number + "@example.com", password, "Traveller " + number};
}

}  // namespace

int seed(PostgresUsers& users, Passwords& passwords, const Demo& demo, const std::string& size) {
  if (size != "small" && size != "large") throw std::invalid_argument{"--size small|large"};
  int stored = 0;
  const auto put = [&](const std::string& kind, std::uint64_t n, const NewUser& draft,
                       const std::string& roles, const std::string& hash) {
    stored += users.put_demo(chassis::seeded_id(world, kind, n), checked_demo(draft), roles, hash);
  };
  const auto customer = draft_from(demo.customer, "Ada Lovelace");
  const auto administrator = draft_from(demo.administrator, "Keeper of the Serai");
  put("customer", 0, customer, "", passwords.hash(customer.password));
  put("administrator", 0, administrator, "admin", passwords.hash(administrator.password));
  // Nobody knows this password: these people are only looked at.
  const auto unknown = chassis::random_token(16);
  const auto hash = passwords.hash(unknown);
  const auto people = size == "large" ? people_large : travellers.size();
  for (std::uint64_t n = 0; n < people; ++n) {
    put("traveller", n, traveller(n, unknown), "", hash);
  }
  return stored;
}

std::function<int(const std::vector<std::string>&)> seed_command(
    chassis::Database& database, std::shared_ptr<Passwords> passwords, Demo demo) {
  return [&database, passwords = std::move(passwords),
          demo = std::move(demo)](const std::vector<std::string>& arguments) {
    const bool sized = arguments.size() == 2 && arguments[0] == "--size";
    if (!arguments.empty() && !sized) {
      std::cerr << "user: seed [--size small|large]\n";
      return 2;
    }
    PostgresUsers users{database};
    const auto stored = seed(users, *passwords, demo, sized ? arguments[1] : "small");
    std::cout << "user: " << stored << " accounts stored\n";
    return 0;
  };
}

}  // namespace user
