// What one process makes of a saga: steps, effects, refusals, retries, the end.

#include "chassis/saga.h"

#include <atomic>
#include <memory>
#include <stdexcept>

#include "chassis/testing/routes.h"
#include "saga_fixture.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;

Error out_of_water() {
  return Error{ErrorCode::conflict, "no water"}.type("out-of-water").members("\"litres\":2");
}
Error kettle_away() { return {ErrorCode::unavailable, "no kettle"}; }

TEST_F(SagaTest, each_step_is_done_once_in_order) {
  Replica replica{url()};
  std::string data;
  replica.serve({{"pour", [&](const Saga& saga) { data = saga.data; }}});
  const auto id = replica.start(R"({"leaves":3})");
  EXPECT_EQ(replica.run(id), SagaState::done);
  EXPECT_EQ(calls(id), tea_effects);
  EXPECT_EQ(effects(id), tea_effects);
  EXPECT_EQ(data, R"({"leaves":3})");
  EXPECT_EQ(of(id, "state"), "done");
  EXPECT_EQ(of(id, "data"), "{}") << "what the service gave is kept no longer than needed";
  EXPECT_EQ(replica.run(id), SagaState::done) << "asking again is harmless";
  EXPECT_EQ(calls(id), tea_effects);
}

TEST_F(SagaTest, starts_with_the_transaction_or_not_at_all) {
  Replica replica{url()};
  replica.serve();
  const auto id = new_id();
  const auto start = [&](Transaction& transaction) {
    replica.sagas.start(transaction, "tea", id, "{}");
  };
  EXPECT_THROW(replica.database.write([&](Transaction& transaction) {
    start(transaction);
    throw out_of_water();
  }),
               Error);
  EXPECT_EQ(code_of([&] { replica.run(id); }), ErrorCode::not_found);
  replica.database.write(start);
  EXPECT_EQ(code_of([&] { replica.database.write(start); }), ErrorCode::conflict);
  EXPECT_EQ(replica.run(id), SagaState::done);
  EXPECT_EQ(code_of([&] { replica.database.write(start); }), ErrorCode::conflict);
  EXPECT_EQ(effects(id), tea_effects);
}

TEST_F(SagaTest, mistakes_in_the_program_are_told) {
  Replica replica{url()};
  replica.sagas.add(tea(replica.database));
  EXPECT_THROW(replica.sagas.add(tea(replica.database)), std::logic_error);
  const auto act = [](const Saga&) { return SagaEffect{}; };
  EXPECT_THROW(replica.sagas.add({.name = "empty", .steps = {}}), std::logic_error);
  EXPECT_THROW(replica.sagas.add({.name = "idle", .steps = {{"wait", nullptr}}}), std::logic_error);
  EXPECT_THROW(replica.sagas.add({.name = "twice", .steps = {{"one", act}, {"one", act}}}),
               std::logic_error);
  EXPECT_THROW(replica.sagas.add({.name = "a,b", .steps = {{"one", act}}}), std::logic_error);
  EXPECT_THROW(replica.start("{}", "coffee"), std::logic_error);
  EXPECT_THROW(replica.sagas.run("coffee", new_id(), 1s), std::logic_error);
  EXPECT_EQ(code_of([&] { replica.run("no-uuid"); }), ErrorCode::not_found);
}

TEST_F(SagaTest, a_lease_that_a_step_may_outlast_is_refused) {
  Replica replica{url(), {{"SAGA_LEASE_MS", "5999"}, {"SAGA_STEP_MS", "3000"}}};
  EXPECT_THROW(replica.config.check(), ConfigError);
  Replica other{url(), {{"SAGA_LEASE_MS", "6000"}, {"SAGA_STEP_MS", "3000"}}};
  EXPECT_NO_THROW(other.config.check());
}

// --- turning around

TEST_F(SagaTest, a_refused_step_and_those_before_it_are_undone_last_first) {
  Replica replica{url()};
  auto kind = tea(replica.database, {{"pour", throwing(out_of_water())}});
  std::optional<Error> why;
  kind.undone = [&](Transaction&, const Saga& saga, const Error& error) {
    EXPECT_EQ(saga.data, "{\"cups\":1}");
    why = error;
  };
  replica.serve(kind);
  const auto id = replica.start("{\"cups\":1}");
  EXPECT_EQ(replica.run(id), SagaState::undone);
  EXPECT_EQ(calls(id), "boil, steep, pour, undo pour, undo boil");
  EXPECT_EQ(effects(id), "boil, steep, undo pour, undo boil");
  EXPECT_EQ(of(id, "data"), "{}");
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code(), ErrorCode::conflict);
  EXPECT_EQ(why->type(), "out-of-water");
  EXPECT_EQ(std::string{why->what()}, "no water");
  EXPECT_EQ(why->members(), "\"litres\":2");
}

TEST_F(SagaTest, the_fields_of_a_refusal_are_kept) {
  Replica replica{url()};
  auto kind = tea(replica.database,
                  {{"boil", throwing(Error{{FieldError{"/card_token", "is \"unknown\""}}})}});
  std::vector<FieldError> fields;
  kind.undone = [&](Transaction&, const Saga&, const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    fields = error.fields();
  };
  replica.serve(kind);
  EXPECT_EQ(replica.run(replica.start()), SagaState::undone);
  ASSERT_EQ(fields.size(), 1U);
  EXPECT_EQ(fields[0].pointer, "/card_token");
  EXPECT_EQ(fields[0].detail, "is \"unknown\"");
}

TEST_F(SagaTest, an_effect_may_refuse_its_step_and_leaves_nothing_behind) {
  Replica replica{url()};
  replica.serve({{"steep effect", throwing(out_of_water())}});
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id), SagaState::undone);
  EXPECT_EQ(effects(id), "boil, undo boil, undone: out-of-water");
}

TEST_F(SagaTest, a_saga_that_takes_too_long_turns_around) {
  Replica replica{url()};
  auto kind = tea(replica.database, {{"steep", throwing(kettle_away(), 1000)}});
  kind.give_up_after = 500ms;
  replica.serve(kind);
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id), SagaState::undone);
  EXPECT_EQ(effects(id), "boil, undo boil, undone: timeout");
}

TEST_F(SagaTest, an_undo_is_tried_until_it_succeeds_whatever_it_throws) {
  Replica replica{url()};
  replica.serve({{"pour", throwing(out_of_water())},
                 {"undo pour", throwing(kettle_away(), 2)},
                 {"undo boil", throwing(out_of_water(), 2)},
                 {"undo boil effect", throwing(out_of_water())},
                 {"undone", throwing(kettle_away())}});
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id), SagaState::undone);
  EXPECT_EQ(effects(id), "boil, steep, undo pour, undo boil, undone: out-of-water");
  EXPECT_EQ(calls(id),
            "boil, steep, pour, undo pour, undo pour, undo pour, undo boil, undo boil, undo boil, "
            "undo boil, undo boil");
}

// --- trying again

TEST_F(SagaTest, what_is_not_known_is_tried_again) {
  const std::vector<std::function<void()>> unknown{
      [] { throw kettle_away(); },
      [] {
        throw Error{ErrorCode::timeout, ""};
      },
      [] {
        throw Error{ErrorCode::internal, ""};
      },
      [] {
        throw Error{ErrorCode::too_many_requests, ""};
      },
      [] {
        throw Error{ErrorCode::conflict, ""}.type("in-progress");
      },
      [] { throw std::runtime_error{"no Error"}; },
      [] { throw 7; },
  };
  Replica replica{url(), {{"SAGA_RETRY_MAX_MS", "10"}}};
  std::size_t next = 0;
  replica.serve({{"steep", [&](const Saga&) {
                    if (next < unknown.size()) unknown[next++]();
                  }}});
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id), SagaState::done);
  EXPECT_EQ(next, unknown.size());
  EXPECT_EQ(calls(id), "boil, steep, steep, steep, steep, steep, steep, steep, steep, pour");
  EXPECT_EQ(effects(id), tea_effects);
}

TEST_F(SagaTest, an_effect_that_fails_leaves_the_step_to_be_done) {
  Replica replica{url()};
  replica.serve({{"steep effect", throwing(kettle_away())}});
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id), SagaState::done);
  EXPECT_EQ(calls(id), "boil, steep, steep, pour");
  EXPECT_EQ(effects(id), tea_effects);
}

/// The pause before the next try of a saga that failed last, in milliseconds.
#define PAUSE "(1000 * extract(epoch FROM next_try_at - updated_at))::int"

TEST_F(SagaTest, pauses_double_with_jitter_up_to_the_most) {
  Replica replica{url(), {{"SAGA_RETRY_MAX_MS", "1000"}}};
  replica.serve({{"boil", throwing(kettle_away(), 1000)}});
  const auto id = replica.start();
  for (const int most : {100, 200, 400, 800, 1000, 1000}) {
    EXPECT_EQ(replica.run(id, 200ms), SagaState::running);
    const int pause = std::stoi(of(id, PAUSE));
    EXPECT_GE(pause, most / 2);
    EXPECT_LE(pause, most);
    exec("UPDATE chassis.sagas SET next_try_at = now(), attempts = " + of(id, "attempts"));
  }
}

TEST_F(SagaTest, who_refused_may_say_when_to_come_again) {
  Replica replica{url(), {{"SAGA_RETRY_MAX_MS", "5000"}}};
  int asked = 0;
  replica.serve(
      {{"boil", [&](const Saga&) { throw kettle_away().retry_after(++asked == 1 ? 3 : 7); }}});
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id, 200ms), SagaState::running);
  EXPECT_EQ(of(id, PAUSE), "3000");
  EXPECT_EQ(replica.run(id, 200ms), SagaState::running);
  EXPECT_EQ(asked, 1) << "run() waits for the next try";
  exec("UPDATE chassis.sagas SET next_try_at = now()");
  EXPECT_EQ(replica.run(id, 200ms), SagaState::running);
  EXPECT_EQ(of(id, PAUSE), "5000");
  EXPECT_EQ(of(id, "attempts"), "2");
}

// --- patience and the Context

TEST_F(SagaTest, an_inline_run_that_runs_out_of_patience_hands_over) {
  Replica replica{url()};
  std::atomic<int> tries{0};
  replica.serve({{"boil", [&](const Saga&) {
                    if (++tries > 1) return;
                    const auto deadline = Context::current().deadline;
                    std::this_thread::sleep_until(deadline);
                    throw Error{ErrorCode::timeout, "no time left"};
                  }}});
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id, 200ms), SagaState::running);
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(of(id, "attempts"), "0") << "it was not the peer's fault";
  EXPECT_EQ(of(id, "next_try_at <= now()"), "t");
  replica.sagas.begin();
  EXPECT_EQ(replica.run(id), SagaState::done);
  EXPECT_EQ(effects(id), tea_effects);
}

TEST_F(SagaTest, the_deadline_of_who_asks_is_the_end_of_patience) {
  Replica replica{url()};
  Deadline seen;
  replica.serve({{"boil", [&](const Saga&) {
                    seen = Context::current().deadline;
                    throw kettle_away().retry_after(20);
                  }}});
  const auto id = replica.start();
  const Within request{300ms};
  EXPECT_EQ(replica.run(id), SagaState::running);
  EXPECT_LE(seen, Context::current().deadline);
}

TEST_F(SagaTest, without_patience_no_step_is_begun_and_the_background_goes_on_at_once) {
  Replica replica{url()};
  replica.serve();
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id, 0ms), SagaState::running);
  EXPECT_EQ(calls(id), "");
  EXPECT_EQ(of(id, "next_try_at <= now()"), "t");
}

TEST_F(SagaTest, steps_run_in_the_trace_of_the_start_as_nobody_with_a_deadline) {
  Replica replica{url(), {{"SAGA_STEP_MS", "2000"}}};
  std::vector<Context> seen;
  const auto see = [&](const Saga&) { seen.push_back(Context::current()); };
  auto fail = throwing(kettle_away());
  replica.serve({{"boil", see}, {"boil effect", see}, {"pour", [&](const Saga& saga) {
                                                         see(saga);
                                                         fail(saga);
                                                       }}});
  Context request;
  request.trace = Trace::from_header("");
  request.caller = Caller{testing::ada, "admin"};
  std::string id;
  {
    const ContextScope scope{request};
    id = replica.start();
    replica.run(id, 150ms);
  }
  replica.sagas.begin();
  EXPECT_EQ(replica.run(id), SagaState::done);
  ASSERT_EQ(seen.size(), 4U);
  for (const auto& context : seen) {
    EXPECT_EQ(context.trace.trace_id, request.trace.trace_id);
    EXPECT_NE(context.trace.span_id, request.trace.span_id);
    EXPECT_FALSE(context.caller);
    EXPECT_LE(context.deadline, std::chrono::steady_clock::now() + 2s);
  }
}

// --- the background

TEST_F(SagaTest, the_background_does_what_nobody_waits_for) {
  Replica replica{url()};
  replica.serve();
  replica.sagas.begin();
  const auto id = replica.start();
  wait_until([&] { return of(id, "state") == "done"; });
  EXPECT_EQ(effects(id), tea_effects);
}

TEST_F(SagaTest, the_database_may_be_lost_in_between) {
  Replica replica{url()};
  const auto lose = [&](const Saga&) {
    value(
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE"
        " application_name IN ('replica', 'listener') AND datname = current_database()");
  };
  const auto once = [&] {
    return [lose, left = std::make_shared<std::atomic<int>>(1)](const Saga& saga) {
      if ((*left)-- > 0) lose(saga);
    };
  };
  replica.serve({{"boil", once()}, {"steep effect", once()}, {"pour", once()}});
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id), SagaState::done);
  EXPECT_EQ(effects(id), tea_effects);
}

TEST_F(SagaTest, a_commit_of_unknown_outcome_is_settled) {
  exec(R"sql(
    CREATE SEQUENCE deaths;
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.what = 'steep' AND nextval('deaths') <= 2 THEN
          PERFORM pg_terminate_backend(pg_backend_pid());
        END IF;
        RETURN NULL;
      END $$;
    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON effects DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die()
  )sql");
  Replica replica{url()};
  replica.serve();
  const auto id = replica.start();
  EXPECT_EQ(replica.run(id), SagaState::done);
  EXPECT_EQ(effects(id), tea_effects);
  EXPECT_EQ(calls(id), "boil, steep, steep, steep, pour");
  exec("DROP FUNCTION die CASCADE; DROP SEQUENCE deaths");
}

TEST_F(SagaTest, what_a_newer_version_began_is_left_alone) {
  Replica replica{url()};
  replica.serve();
  exec(
      "INSERT INTO chassis.sagas (kind, id, step, data, traceparent, next_try_at) VALUES"
      " ('coffee', gen_random_uuid(), 'grind', '{}', '', now() - interval '1 hour'),"
      " ('tea', gen_random_uuid(), 'stir', '{}', '', now() - interval '1 hour')");
  replica.sagas.begin();
  const auto id = replica.start();
  wait_until([&] { return of(id, "state") == "done"; });
  EXPECT_EQ(value("SELECT count(*) FROM chassis.sagas WHERE ended_at IS NULL AND lease IS NULL"
                  " AND attempts = 0"),
            "2");
  const auto newer = value("SELECT id FROM chassis.sagas WHERE step = 'stir'");
  EXPECT_EQ(replica.run(newer, 250ms), SagaState::running);
}

TEST_F(SagaTest, ended_sagas_are_removed_after_thirty_days) {
  exec(
      "INSERT INTO chassis.sagas (kind, id, state, step, data, traceparent, next_try_at, ended_at)"
      " SELECT 'tea', gen_random_uuid(), 'done', 'pour', '{}', '', now(), now() - days * interval"
      " '1 day' FROM unnest(ARRAY[0, 29, 31, 400]) days");
  Replica replica{url()};
  replica.serve();
  replica.sagas.begin();
  wait_until([&] { return value("SELECT count(*) FROM chassis.sagas") == "2"; });
  EXPECT_EQ(value("SELECT bool_and(ended_at > now() - interval '30 days') FROM chassis.sagas"),
            "t");
}

}  // namespace
}  // namespace chassis
