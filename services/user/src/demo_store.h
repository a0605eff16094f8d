#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "password.h"
#include "user_store.h"

namespace user {

/// Accounts to try the site with, given as "email:password".
struct Demo {
  std::string customer;
  std::string administrator;
};

/// Stores the demo accounts, and some people who only live here: 6 of them, or 200 when `size` is
/// "large". Accounts that are there already stay as they are. Returns how many were stored. Throws
/// std::invalid_argument when the size is another or a demo account is not "e-mail:password".
int seed(PostgresUsers& users, Passwords& passwords, const Demo& demo, const std::string& size);

/// `user seed [--size small|large]`: takes the arguments after the command's name, returns the exit
/// status.
std::function<int(const std::vector<std::string>&)> seed_command(
    chassis::Database& database, std::shared_ptr<Passwords> passwords, Demo demo);

}  // namespace user
