#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "chassis/app.h"
#include "chassis/testing/database.h"

namespace chassis {
namespace {

const Files files{{"migrations/0001_teas.sql", "CREATE TABLE teas (name text)"}};

/// The whole program, told to migrate; what follows the migrations adds a tea, or fails.
int run_migrate(const std::string& owner_url, const std::string& url, bool fails) {
  setenv("INTERNAL_TOKEN", "the-installations-token", 1);
  setenv("LOG_LEVEL", "off", 1);
  setenv("DATABASE_URL", url.c_str(), 1);
  setenv("DATABASE_OWNER_URL", owner_url.c_str(), 1);
  char name[] = "tea";
  char command[] = "migrate";
  char* arguments[] = {name, command};
  return App::run("tea", 2, arguments, files, Storage::postgres, [&](App& app) {
    app.when_migrated([&app, fails](Database& owner) {
      owner.write([](Transaction& transaction) {
        transaction.exec("ALTER TABLE teas ADD grams integer; INSERT INTO teas VALUES ('assam')");
      });
      app.database().write(
          [](Transaction& transaction) { transaction.exec("UPDATE teas SET grams = 50"); });
      if (fails) throw std::runtime_error{"this role may do too much"};
    });
  });
}

/// Runs it in a process of its own, begun before this one has threads; returns its exit status.
class Program {
 public:
  explicit Program(bool fails) {
    if (pipe(pipe_) != 0) throw std::runtime_error{"no pipe"};
    process_ = fork();
    if (process_ != 0) return;
    const auto owner_url = read_line();
    const auto url = read_line();
    std::_Exit(run_migrate(owner_url, url, fails));
  }
  int run(const std::string& owner_url, const std::string& url) {
    const auto text = owner_url + "\n" + url + "\n";
    EXPECT_EQ(write(pipe_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    int status = 0;
    waitpid(process_, &status, 0);
    close(pipe_[0]);
    close(pipe_[1]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  std::string read_line() const {
    std::string line;
    for (char letter = 0; read(pipe_[0], &letter, 1) == 1 && letter != '\n';) line += letter;
    return line;
  }
  int pipe_[2] = {-1, -1};
  pid_t process_ = -1;
};

int teas(Database& database) {
  return database.read([](Transaction& transaction) {
    return transaction.exec("SELECT count(*) FROM teas WHERE grams = 50")[0][0].as<int>();
  });
}

TEST(Owner, migrates_and_what_follows_is_its_own_while_the_service_only_works_there) {
  Program program{false};
  testing::TestDatabase test{{}, testing::TwoRoles{}};
  EXPECT_EQ(program.run(test.owner().url(), test.url()), 0);
  EXPECT_EQ(teas(test.database()), 1);
  EXPECT_ANY_THROW(test.database().write(
      [](Transaction& transaction) { transaction.exec("ALTER TABLE teas DROP grams"); }));
}

TEST(Owner, a_check_after_the_migrations_ends_the_program) {
  Program program{true};
  testing::TestDatabase test{{}, testing::TwoRoles{}};
  EXPECT_EQ(program.run(test.owner().url(), test.url()), 1);
}

}  // namespace
}  // namespace chassis
