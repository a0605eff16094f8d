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

TestDatabase::~TestDatabase() {
  database_.reset();
  try {
    // Connections that a test forgot must not keep the database.
    on_server("DROP DATABASE IF EXISTS \"" + name_ + "\" WITH (FORCE)");
  } catch (const std::exception& problem) {
    ADD_FAILURE() << "the test's database stays: " << problem.what();
  }
}

}  // namespace chassis::testing
