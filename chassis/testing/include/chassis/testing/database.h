#pragma once

#include <memory>
#include <string>

#include "chassis/db.h"
#include "chassis/files.h"

namespace chassis::testing {

/// A PostgreSQL database of its own, made for one test and dropped with it, on the server that
/// TEST_DATABASE_URL names (a superuser's URL; tools/with_postgres sets it). Without that setting
/// the test fails and says so: a store test that does not run proves nothing.
class TestDatabase {
 public:
  /// Applies the chassis' own migrations and those among `files`.
  explicit TestDatabase(const Files& files = {});
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  Database& database() { return *database_; }
  const std::string& url() const { return url_; }

 private:
  std::string name_;
  std::string url_;
  std::unique_ptr<Database> database_;
};

}  // namespace chassis::testing
