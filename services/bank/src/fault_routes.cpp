#include "fault_routes.h"

#include "access.h"
#include "chassis/log.h"
#include "fault_json.h"

namespace bank {
namespace {

using chassis::Request;
using chassis::Response;

Response get_faults(const Request& request, const Faults& faults) {
  require_keeper(request);
  return chassis::ok(chassis::to_json(faults.plan()));
}

Response put_faults(const Request& request, const Faults& faults) {
  require_keeper(request);
  const auto plan = parse_plan(chassis::json_body(request));
  faults.set(plan);
  auto json = chassis::to_json(plan);
  chassis::log::info("faults set", {{"plan", json}});
  return chassis::ok(std::move(json));
}

}  // namespace

chassis::Routes fault_routes(const std::shared_ptr<Faults>& faults) {
  using chassis::Access;
  using chassis::Method;
  return {
      {Method::get, "/v1/faults", Access::anyone,
       [=](const Request& request) { return get_faults(request, *faults); }},
      {Method::put, "/v1/faults", Access::anyone,
       [=](const Request& request) { return put_faults(request, *faults); }},
  };
}

}  // namespace bank
