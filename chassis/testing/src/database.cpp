#include "chassis/testing/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "chassis/id.h"
#include "chassis/migrate.h"

namespace chassis_migrations {
chassis::Files embedded();
}

namespace chassis::testing {
namespace {

std::string server_url() {
  const char* url = std::getenv("TEST_DATABASE_URL");
  if (url == nullptr || *url == '\0') {
    throw std::runtime_error{
        "TEST_DATABASE_URL is not set: run the test with tools/with_postgres COMMAND"};
  }
  return url;
}

/// The server's URL with another database: its path is replaced, its query kept.
std::string url_of(const std::string& server, const std::string& database) {
  const auto host = server.find("://");
  if (host == std::string::npos) {
    throw std::runtime_error{"TEST_DATABASE_URL must be a URL: postgresql://..."};
  }
  const auto query = std::min(server.find('?'), server.size());
  const auto path = std::min(server.find('/', host + 3), query);
  return server.substr(0, path) + "/" + database + server.substr(query);
}

/// The same URL for another role.
std::string url_as(const std::string& url, const std::string& role, const std::string& password) {
  const auto start = url.find("://") + 3;
  const auto end = url.find_first_of("/?", start);
  const auto at = url.rfind('@', end);
  const auto host = at == std::string::npos || at < start ? start : at + 1;
  return url.substr(0, start) + role + ":" + password + "@" + url.substr(host);
}

void on_server(const std::string& sql) {
  // CREATE and DROP DATABASE refuse to run in a transaction.
  Database server{server_url(), "test"};
  server.read([&](Transaction& transaction) { transaction.exec(sql); });
}

}  // namespace

TestDatabase::TestDatabase(const Files& files)
    : name_{"test_" + new_id()}, url_{url_of(server_url(), name_)} {
  on_server("CREATE DATABASE \"" + name_ + "\"");
  database_ = std::make_unique<Database>(url_, "test");
  migrate(*database_, "chassis", chassis_migrations::embedded());
  migrate(*database_, "test", files);
}

std::string TestDatabase::add_role(const std::string& role) {
  const auto password = random_token(16);
  on_server("CREATE ROLE \"" + role + "\" LOGIN PASSWORD '" + password + "'");
  roles_.push_back(role);
  return url_as(url_, role, password);
}

TestDatabase::TestDatabase(const Files& files, TwoRoles /*tag*/)
    : name_{"test_" + new_id()}, url_{url_of(server_url(), name_)} {
  const auto owner_role = name_ + "_owner";
  runtime_role_ = name_ + "_runtime";
  const auto owner_url = add_role(owner_role);
  url_ = add_role(runtime_role_);
  on_server("CREATE DATABASE \"" + name_ + "\" OWNER \"" + owner_role + "\"");
  owner_ = std::make_unique<Database>(owner_url, "test owner");
  database_ = std::make_unique<Database>(url_, "test");
  migrate(*owner_, "chassis", chassis_migrations::embedded(), runtime_role_);
  migrate(*owner_, "test", files, runtime_role_);
  grant_use(*owner_, runtime_role_);
}

TestDatabase::~TestDatabase() {
  database_.reset();
  owner_.reset();
  try {
    // Connections that a test forgot must not keep the database.
    on_server("DROP DATABASE IF EXISTS \"" + name_ + "\" WITH (FORCE)");
    for (const auto& role : roles_) on_server("DROP ROLE \"" + role + "\"");
  } catch (const std::exception& problem) {
    ADD_FAILURE() << "the test's database stays: " << problem.what();
  }
}

}  // namespace chassis::testing
