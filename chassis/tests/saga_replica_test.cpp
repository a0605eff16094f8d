// What several replicas make of the same sagas: leases, fencing, waiting for one another, stopping.

#include <algorithm>
#include <atomic>
#include <barrier>
#include <future>
#include <set>
#include <thread>

#include "chassis/testing/metrics.h"
#include "saga_fixture.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;

/// How often this process has asked where a saga is.
double looks() {
  return testing::metric("db_statement_duration_seconds_count{statement=\"chassis.saga.place\"}")
      .value_or(0);
}

const Replica::Settings short_lease{{"SAGA_LEASE_MS", "400"}, {"SAGA_STEP_MS", "200"}};

TEST_F(SagaTest, many_replicas_and_threads_do_each_step_once) {
  Replica left{url()};
  Replica right{url()};
  for (auto* replica : {&left, &right}) {
    replica->serve();
    replica->sagas.begin();
  }
  for (int round = 0; round < 5; ++round) {
    const auto id = left.start();
    constexpr int many = 20;
    std::vector<std::thread> threads;
    threads.reserve(many);
    std::atomic<int> done{0};
    std::barrier all_connected{many};
    for (int i = 0; i < many; ++i) {
      threads.emplace_back([&, i] {
        auto& replica = i % 2 == 0 ? left : right;
        wait_until([&] { return replica.database.answers(); });
        all_connected.arrive_and_wait();
        if (replica.run(id) == SagaState::done) ++done;
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(done, many);
    EXPECT_EQ(calls(id), tea_effects);
    EXPECT_EQ(effects(id), tea_effects);
  }
}

TEST_F(SagaTest, many_sagas_are_shared_by_the_replicas) {
  Replica left{url()};
  Replica right{url()};
  for (auto* replica : {&left, &right}) {
    replica->serve();
    replica->sagas.begin();
  }
  for (int i = 0; i < 100; ++i) left.start();
  wait_until(
      [&] { return value("SELECT count(*) FROM chassis.sagas WHERE state = 'done'") == "100"; });
  EXPECT_EQ(value("SELECT count(*) FROM calls"), "300");
  EXPECT_EQ(value("SELECT count(*) FROM effects"), "300");
}

TEST_F(SagaTest, the_lease_is_renewed_at_each_step) {
  Replica replica{url()};
  std::vector<std::string> ends;
  const auto look = [&](const Saga& saga) { ends.push_back(of(saga.id, "next_try_at")); };
  replica.serve({{"boil", look},
                 {"steep", look},
                 {"pour",
                  [&](const Saga& saga) {
                    look(saga);
                    throw Error{ErrorCode::conflict, "no cup"};
                  }},
                 {"undo pour", look},
                 {"undo boil", look}});
  EXPECT_EQ(replica.run(replica.start()), SagaState::undone);
  ASSERT_EQ(ends.size(), 5U);
  EXPECT_EQ(std::set(ends.begin(), ends.end()).size(), 5U);
  EXPECT_TRUE(std::is_sorted(ends.begin(), ends.end()));
}

TEST_F(SagaTest, a_worker_that_lost_its_lease_records_nothing) {
  for (const char* where : {"boil", "steep", "pour"}) {
    Gate gate;
    Replica stalled{url(), short_lease};
    Replica other{url(), short_lease};
    stalled.serve({{where, gate.hook()}});
    other.serve();
    const auto id = stalled.start();
    auto state = std::async(std::launch::async, [&] { return stalled.run(id); });
    gate.wait_for_somebody();
    EXPECT_EQ(other.run(id), SagaState::done);
    gate.open();
    EXPECT_EQ(state.get(), SagaState::done);
    EXPECT_EQ(effects(id), tea_effects);
  }
}

TEST_F(SagaTest, a_worker_that_lost_its_lease_neither_turns_around_nor_tries_again) {
  for (const auto code : {ErrorCode::conflict, ErrorCode::unavailable}) {
    Gate stall;
    Gate hold;
    Replica stalled{url(), short_lease};
    Replica other{url()};
    stalled.serve({{"steep", [&](const Saga& saga) {
                      stall.hook()(saga);
                      throw Error{code, "too late"};
                    }}});
    other.serve({{"pour", hold.hook()}});
    const auto id = stalled.start();
    auto left = std::async(std::launch::async, [&] { return stalled.run(id, 5s); });
    stall.wait_for_somebody();
    auto right = std::async(std::launch::async, [&] { return other.run(id); });
    hold.wait_for_somebody();
    const auto before = of(id, "sagas::text");
    stall.open();
    EXPECT_EQ(left.wait_for(0s), std::future_status::timeout);
    const auto looked = looks();
    wait_until([&] { return looks() > looked; });  // it has given up, and waits
    EXPECT_EQ(of(id, "sagas::text"), before);
    hold.open();
    EXPECT_EQ(right.get(), SagaState::done);
    EXPECT_EQ(left.get(), SagaState::done);
    EXPECT_EQ(effects(id), tea_effects);
  }
}

TEST_F(SagaTest, run_returns_when_another_replica_has_ended_it) {
  for (const bool listening : {true, false}) {
    Gate gate;
    Replica worker{url()};
    Replica waiting{url()};
    worker.serve({{"pour", gate.hook()}});
    if (listening) {
      waiting.serve();
    } else {
      waiting.sagas.add(tea(waiting.database));
    }
    const auto id = worker.start();
    auto work = std::async(std::launch::async, [&] { return worker.run(id); });
    gate.wait_for_somebody();
    const auto before = looks();
    auto wait = std::async(std::launch::async, [&] { return waiting.run(id); });
    wait_until([&] { return looks() > before; });
    EXPECT_EQ(wait.wait_for(0s), std::future_status::timeout);
    gate.open();
    EXPECT_EQ(wait.wait_for(5s), std::future_status::ready) << "the lease was longer";
    EXPECT_EQ(wait.get(), SagaState::done);
    work.get();
    if (listening) {
      EXPECT_LE(looks(), before + 2) << "it polls";
    }
  }
}

TEST_F(SagaTest, run_waits_for_another_replica_no_longer_than_its_patience) {
  Gate gate;
  Replica worker{url()};
  Replica waiting{url()};
  worker.serve({{"pour", gate.hook()}});
  waiting.serve();
  const auto id = worker.start();
  auto work = std::async(std::launch::async, [&] { return worker.run(id); });
  gate.wait_for_somebody();
  EXPECT_EQ(waiting.run(id, 150ms), SagaState::running);
  EXPECT_EQ(calls(id), tea_effects);
  gate.open();
  EXPECT_EQ(work.get(), SagaState::done);
}

TEST_F(SagaTest, stopping_gives_back_what_is_under_way_at_its_next_step) {
  Gate gate;
  Replica leaving{url()};
  Replica staying{url()};
  leaving.serve({{"boil", gate.hook()}});
  staying.serve();
  leaving.sagas.begin();
  const auto id = leaving.start();
  gate.wait_for_somebody();
  auto stopped = std::async(std::launch::async, [&] { leaving.sagas.stop(); });
  EXPECT_EQ(stopped.wait_for(50ms), std::future_status::timeout);
  gate.open();
  stopped.get();
  EXPECT_EQ(of(id, "step"), "steep");
  EXPECT_EQ(of(id, "lease"), "");
  EXPECT_EQ(of(id, "next_try_at <= now()"), "t");
  EXPECT_EQ(leaving.run(id), SagaState::running) << "it only looks";
  EXPECT_EQ(staying.run(id), SagaState::done);
  EXPECT_EQ(calls(id), tea_effects);
}

TEST_F(SagaTest, stopping_ends_what_requests_wait_for) {
  Gate gate;
  Replica worker{url()};
  Replica leaving{url()};
  worker.serve({{"pour", gate.hook()}});
  leaving.serve();
  const auto id = worker.start();
  auto work = std::async(std::launch::async, [&] { return worker.run(id); });
  gate.wait_for_somebody();
  const auto before = looks();
  auto wait = std::async(std::launch::async, [&] { return leaving.run(id); });
  wait_until([&] { return looks() > before; });
  leaving.sagas.stop();
  EXPECT_EQ(wait.get(), SagaState::running);
  gate.open();
  EXPECT_EQ(work.get(), SagaState::done);
}

TEST_F(SagaTest, stopping_waits_no_longer_than_a_step_for_a_peer_that_hangs) {
  Replica replica{url(), {{"SAGA_STEP_MS", "300"}}};
  Gate gate;
  gate.open();
  replica.serve({{"boil", [&](const Saga& saga) {
                    gate.hook()(saga);
                    std::this_thread::sleep_until(Context::current().deadline);
                    throw Error{ErrorCode::timeout, "the peer hangs"};
                  }}});
  replica.sagas.begin();
  const auto id = replica.start();
  gate.wait_for_somebody();
  replica.sagas.stop();
  EXPECT_EQ(of(id, "lease"), "");
  EXPECT_EQ(calls(id), "boil");
}

}  // namespace
}  // namespace chassis
