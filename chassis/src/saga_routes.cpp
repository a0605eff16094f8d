#include "saga_routes.h"

#include "chassis/json.h"
#include "chassis/page.h"

namespace chassis {
namespace {

constexpr std::string_view path = "/internal/sagas";

struct WhyJson {
  std::string type;
  std::string detail;
};

struct SagaJson {
  std::string kind;
  std::string id;
  std::string state;
  std::string step;
  int attempts;
  std::optional<WhyJson> problem;
  Time started_at;
  Time next_try_at;
};

}  // namespace

template <>
struct Fields<WhyJson> {
  static constexpr auto list =
      std::make_tuple(field("type", &WhyJson::type), field("detail", &WhyJson::detail));
};

template <>
struct Fields<SagaJson> {
  static constexpr auto list = std::make_tuple(
      field("kind", &SagaJson::kind), field("id", &SagaJson::id), field("state", &SagaJson::state),
      field("step", &SagaJson::step), field("attempts", &SagaJson::attempts),
      field("problem", &SagaJson::problem, nullable), field("started_at", &SagaJson::started_at),
      field("next_try_at", &SagaJson::next_try_at));
};

namespace {

SagaJson json_of(const SagaSummary& saga) {
  SagaJson json{saga.kind,     saga.id, name(saga.state), saga.step,
                saga.attempts, {},      saga.started_at,  saga.next_try_at};
  if (saga.why) json.problem = WhyJson{"urn:serai:problem:" + saga.why->type(), saga.why->what()};
  return json;
}

Response list(const Request& request, SagaStore& store) {
  request.query.only({"state", "limit", "cursor"});
  const auto state = request.query.one_of("state", {"running", "undoing"});
  const auto ordering = "sagas " + state.value_or("");
  const auto page = page_request(request, ordering);
  std::vector<SagaJson> sagas;
  for (const auto& saga : store.list(state, page)) sagas.push_back(json_of(saga));
  return ok(page_json(std::move(sagas), page, ordering, [](const SagaJson& last) {
    return std::vector{to_text(last.started_at), last.kind, last.id};
  }));
}

}  // namespace

Routes saga_routes(SagaStore& store) {
  return {{Method::get, std::string{path}, Access::internal,
           [&store](const Request& request) { return list(request, store); }}};
}

}  // namespace chassis
