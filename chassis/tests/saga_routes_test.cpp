// What a service tells about its sagas.

#include "chassis/json.h"
#include "chassis/metrics.h"
#include "chassis/testing/routes.h"
#include "saga_fixture.h"

namespace chassis {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::RouteTester;

class SagaRoutes : public SagaTest {
 protected:
  /// A saga of this state and age, without a replica.
  static std::string put(const std::string& state, int age_minutes, const std::string& problem) {
    return value(
        "INSERT INTO chassis.sagas (kind, id, state, step, data, problem, attempts,"
        " traceparent, next_try_at, started_at, ended_at) VALUES ('tea', '" +
        new_id() + "', '" + state + "', 'boil', '{\"card\":\"secret\"}', " + problem +
        ", 3, '', '2031-01-01 00:00:00Z', '2030-01-01 01:00:00Z'::timestamptz - " +
        std::to_string(age_minutes) + " * interval '1 minute', " +
        (state == "done" ? "now()" : "NULL") + ") RETURNING id");
  }
};

TEST_F(SagaRoutes, lists_what_has_not_ended_oldest_first) {
  const auto young = put("running", 10, "NULL");
  const auto old = put(
      "undoing", 20, R"('{"code":402,"type":"declined","detail":"no","members":"","fields":[]}')");
  put("done", 30, "NULL");
  Replica replica{url()};
  RouteTester routes{replica.sagas.routes()};
  EXPECT_EQ(routes.get("/internal/sagas").status, 404) << "only for peers";
  routes.as_peer();
  EXPECT_EQ(routes.get("/internal/sagas").body,
            R"({"items":[{"kind":"tea","id":")" + old +
                R"(","state":"undoing","step":"boil","attempts":3,)"
                R"("problem":{"type":"urn:serai:problem:declined","detail":"no"},)"
                R"("started_at":"2030-01-01T00:40:00.000000Z",)"
                R"("next_try_at":"2031-01-01T00:00:00.000000Z"},{"kind":"tea","id":")" +
                young +
                R"(","state":"running","step":"boil","attempts":3,"problem":null,)"
                R"("started_at":"2030-01-01T00:50:00.000000Z",)"
                R"("next_try_at":"2031-01-01T00:00:00.000000Z"}],"next_cursor":null})");
  EXPECT_THAT(routes.get("/internal/sagas?state=undoing").body, HasSubstr(old));
  EXPECT_THAT(routes.get("/internal/sagas?state=running").body,
              MatchesRegex(R"(\{"items":\[\{"kind":"tea","id":")" + young + R"([^]]*\],.*)"));
  EXPECT_EQ(routes.get("/internal/sagas?state=done").status, 400);
  EXPECT_EQ(routes.get("/internal/sagas?colour=red").status, 400);
}

TEST_F(SagaRoutes, lists_by_pages) {
  for (int i = 0; i < 5; ++i) put("running", i / 2, "NULL");
  Replica replica{url()};
  RouteTester routes{replica.sagas.routes()};
  routes.as_peer();
  std::string seen;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const auto body = routes.get("/internal/sagas?limit=2" + cursor).body;
    JsonDocument document{body, Unknown::ignore};
    for (const auto& item : document.root().member("items")->items()) {
      seen += item.member("id")->text() + " ";
    }
    const auto next = document.root().member("next_cursor");
    if (page == 2) {
      EXPECT_TRUE(next->is_null());
    } else {
      cursor = "&cursor=" + next->text();
    }
  }
  EXPECT_EQ(seen, value("SELECT string_agg(id || ' ', '' ORDER BY started_at, id)"
                        " FROM chassis.sagas"));
}

TEST_F(SagaRoutes, counts_what_happens) {
  const auto kind_name = "tea-" + new_id();  // counters outlive a test that is repeated
  Replica replica{url()};
  auto kind =
      tea(replica.database, {{"pour", throwing(Error{ErrorCode::conflict, "no cup"})},
                             {"steep", throwing(Error{ErrorCode::unavailable, "no pot"})},
                             {"undo pour", throwing(Error{ErrorCode::not_found, "what?"})},
                             {"undo boil", throwing(Error{ErrorCode::timeout, "later"}, 2)}});
  kind.name = kind_name.c_str();
  replica.serve(kind);
  for (const auto state : {SagaState::undone, SagaState::done}) {
    const auto id = replica.start("{}", kind.name);
    EXPECT_EQ(replica.sagas.run(kind.name, id, 20s), state);
  }
  exec(
      "INSERT INTO chassis.sagas (kind, id, step, data, traceparent, next_try_at, started_at)"
      " VALUES ('" +
      kind_name +
      "', gen_random_uuid(), 'pour', '{}', '', 'infinity',"
      " now() - interval '1 hour')");
  replica.sagas.begin();
  const auto has = [](const std::string& line) {
    return metrics_text().find("\nsaga_" + line + "\n") != std::string::npos;
  };
  const auto step = [&](const std::string& name, const std::string& outcome, int count) {
    EXPECT_TRUE(has("steps_total{kind=\"" + kind_name + "\",outcome=\"" + outcome + "\",step=\"" +
                    name + "\"} " + std::to_string(count)))
        << name << " " << outcome << "\n"
        << metrics_text();
  };
  wait_until([&] { return has("in_flight{kind=\"" + kind_name + "\",state=\"running\"} 1"); });
  EXPECT_TRUE(has("in_flight{kind=\"" + kind_name + "\",state=\"undoing\"} 0"));
  EXPECT_THAT(metrics_text(), HasSubstr("\nsaga_oldest_seconds{kind=\"" + kind_name + "\"} 36"));
  EXPECT_TRUE(has("ended_total{kind=\"" + kind_name + "\",outcome=\"done\"} 1"));
  EXPECT_TRUE(has("ended_total{kind=\"" + kind_name + "\",outcome=\"undone\"} 1"));
  EXPECT_TRUE(has("duration_seconds_count{kind=\"" + kind_name + "\"} 2"));
  step("boil", "done", 2);
  step("steep", "done", 2);
  step("steep", "retried", 1);
  step("pour", "refused", 1);
  step("pour", "done", 1);
  step("pour", "stuck", 1);
  step("pour", "undone", 1);
  step("boil", "undo_failed", 2);
  step("boil", "undone", 1);
}

}  // namespace
}  // namespace chassis
