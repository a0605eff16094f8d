#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chassis/db.h"
#include "chassis/files.h"

namespace chassis::testing {

/// Says that a test's database has an owner beside the role that works in it.
struct TwoRoles {};

/// A PostgreSQL database of its own, made for one test and dropped with it, on the server that
/// TEST_DATABASE_URL names (a superuser's URL; tools/with_postgres sets it). Without that setting
/// the test fails and says so: a store test that does not run proves nothing.
class TestDatabase {
 public:
  /// Applies the chassis' own migrations and those among `files`.
  explicit TestDatabase(const Files& files = {});
  /// The same with an owner role: owner() migrates and owns everything, and database() signs in as
  /// a role that has what the migrations and grant_use() gave it, and nothing more.
  TestDatabase(const Files& files, TwoRoles /*tag*/);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  Database& database() { return *database_; }
  const std::string& url() const { return url_; }
  /// Only with TwoRoles.
  Database& owner() { return *owner_; }
  const std::string& runtime_role() const { return runtime_role_; }

 private:
  std::string add_role(const std::string& role);
  std::string name_;
  std::string url_;
  std::string runtime_role_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Database> owner_;
  std::vector<std::string> roles_;
};

}  // namespace chassis::testing
