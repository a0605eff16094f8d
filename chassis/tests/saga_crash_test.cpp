// Processes that die in the middle of a saga, by SIGKILL.

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "saga_fixture.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace chassis {
namespace {

using namespace std::chrono_literals;

const Replica::Settings short_lease{{"SAGA_LEASE_MS", "400"}, {"SAGA_STEP_MS", "200"}};

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The steps of this test: pouring may be refused.
Hooks hooks(const std::string& refused, const std::string& deadly) {
  Hooks hooks;
  if (refused == "refused") {
    hooks["pour"] = [](const Saga&) { throw Error{ErrorCode::conflict, "no cup"}; };
  }
  if (!deadly.empty()) {
    hooks[deadly] = [](const Saga&) { kill(getpid(), SIGKILL); };
  }
  return hooks;
}

/// This program once more, as a replica that dies: SagaVictim below.
class Victim {
 public:
  explicit Victim(const std::map<std::string, std::string>& settings) {
    std::vector<std::string> environment;
    for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
    for (const auto& [name, value] : settings) environment.push_back(name + "=" + value);
    std::vector<std::string> words{"victim", "--gtest_filter=*DISABLED_SagaVictim*",
                                   "--gtest_also_run_disabled_tests", "--gtest_brief=1"};
    if (posix_spawn(&process_, "/proc/self/exe", nullptr, nullptr, pointers(words).data(),
                    pointers(environment).data()) != 0) {
      throw std::runtime_error{"cannot start"};
    }
  }
  void kill() const { ::kill(process_, SIGKILL); }
  /// Whether SIGKILL ended it.
  bool was_killed() const {
    int status = 0;
    waitpid(process_, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    list.reserve(words.size() + 1);
    for (auto& word : words) list.push_back(word.data());
    list.push_back(nullptr);
    return list;
  }
  pid_t process_ = 0;
};

TEST(DISABLED_SagaVictim, works_until_it_is_killed) {
  const auto url = setting("VICTIM_DATABASE");
  if (url.empty()) GTEST_SKIP() << "only started by the tests below";
  Replica replica{url, short_lease};
  replica.serve(hooks(setting("VICTIM_POUR"), setting("VICTIM_DIES_AT")));
  if (const auto id = setting("VICTIM_SAGA"); !id.empty()) {
    replica.run(id);
  } else {
    replica.sagas.begin();
    pause();
  }
}

class SagaCrash : public SagaTest {
 protected:
  static void survive(const std::string& pour, const std::vector<std::string>& points,
                      const std::string& expected, SagaState end) {
    for (const auto& point : points) {
      Replica replica{url(), short_lease};
      replica.serve(hooks(pour, ""));
      const auto id = replica.start();
      const Victim victim{{{"VICTIM_DATABASE", url()},
                           {"VICTIM_POUR", pour},
                           {"VICTIM_DIES_AT", point},
                           {"VICTIM_SAGA", id}}};
      ASSERT_TRUE(victim.was_killed()) << point;
      EXPECT_EQ(replica.run(id), end) << point;
      EXPECT_EQ(effects(id), expected) << point;
      EXPECT_EQ(of(id, "state"), end == SagaState::done ? "done" : "undone");
    }
  }
};

TEST_F(SagaCrash, a_saga_survives_the_death_of_its_process_at_any_step) {
  survive("served", {"boil", "boil effect", "steep", "steep effect", "pour", "pour effect"},
          tea_effects, SagaState::done);
}

TEST_F(SagaCrash, a_saga_that_is_undone_survives_the_death_of_its_process_at_any_step) {
  survive(
      "refused",
      {"boil effect", "undo pour", "undo pour effect", "undo boil", "undo boil effect", "undone"},
      "boil, steep, undo pour, undo boil, undone: conflict", SagaState::undone);
}

TEST_F(SagaCrash, many_sagas_survive_the_death_of_one_process_after_the_other) {
  Replica replica{url(), short_lease};
  replica.serve();
  constexpr int sagas = 90;
  for (int i = 0; i < sagas; ++i) replica.start();
  const auto effects_now = [] { return std::stoi(value("SELECT count(*) FROM effects")); };
  for (int death = 1; death <= 3; ++death) {
    const Victim victim{{{"VICTIM_DATABASE", url()}}};
    wait_until([&] { return effects_now() >= death * sagas / 2; });
    victim.kill();
    ASSERT_TRUE(victim.was_killed());
  }
  replica.sagas.begin();
  wait_until([&] {
    return value("SELECT count(*) FROM chassis.sagas WHERE state = 'done'") ==
           std::to_string(sagas);
  });
  EXPECT_EQ(effects_now(), 3 * sagas);
  EXPECT_EQ(value("SELECT count(*) FROM (SELECT DISTINCT saga, what FROM effects) each"),
            std::to_string(3 * sagas));
}

}  // namespace
}  // namespace chassis
