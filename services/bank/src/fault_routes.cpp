#include "fault_routes.h"

#include <algorithm>
#include <map>
#include <thread>

#include "access_routes.h"
#include "chassis/log.h"
#include "chassis/metrics.h"
#include "fault_json.h"

namespace bank {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Request;
using chassis::Response;

constexpr std::chrono::milliseconds wait_max{latency_max_ms};

Response get_faults(const Request& request, Faults& faults) {
  require_keeper(request);
  return chassis::ok(chassis::to_json(faults.plan()));
}

Response put_faults(const Request& request, Faults& faults) {
  require_keeper(request);
  const auto plan = parse_plan(chassis::json_body(request));
  faults.set(plan);
  auto json = chassis::to_json(plan);
  chassis::log::info("faults set", {{"plan", json}});
  return chassis::ok(std::move(json));
}

void count(const char* kind) {
  static const std::map<std::string, chassis::Counter> counters = [] {
    std::map<std::string, chassis::Counter> made;
    for (const auto* each : {"latency", "error", "drop_after_capture", "duplicate", "garbage"}) {
      made.emplace(each, chassis::counter("bank_faults_total", "Calls made to go wrong on purpose",
                                          {{"kind", each}}));
    }
    return made;
  }();
  counters.at(kind).add();
  chassis::log::info("fault on purpose", {{"kind", kind}});
}

/// Waits in this worker, at most until the request's deadline.
void wait(std::chrono::milliseconds time) {
  std::this_thread::sleep_until(
      std::min(std::chrono::steady_clock::now() + time, chassis::Context::current().deadline));
}

Response garbage() { return {200, "<html><body><h1>It works!</h1><p>{\"id\": \"", "text/html"}; }

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

Response with_mishap(const Mishap& mishap, const std::function<Response()>& effect) {
  if (mishap.latency.count() > 0) {
    count("latency");
    wait(mishap.latency);
  }
  if (mishap.error) {
    count("error");
    throw Error{mishap.error_code, "the bank has a bad moment"};
  }
  auto response = effect();
  if (!mishap.garbage) return response;
  count("garbage");
  return garbage();
}

void withhold_answer() {
  count("drop_after_capture");
  wait(wait_max);
  throw Error{ErrorCode::timeout, "this answer comes too late"};
}

void count_duplicate() { count("duplicate"); }

}  // namespace bank
