#include "charge_routes.h"

#include <map>

#include "access_routes.h"
#include "charge_json.h"
#include "chassis/log.h"
#include "chassis/metrics.h"
#include "fault_routes.h"

namespace bank {
namespace {

using chassis::Request;
using chassis::Response;

constexpr auto charges_path = "/v1/charges";
constexpr auto refunds_path = "/v1/charges/{id}/refunds";
constexpr std::int64_t found_max = 100;
constexpr int created = 201;

/// What the handlers stand on.
struct Desk {
  std::shared_ptr<Charges> charges;
  Once once;
  std::string merchant_key;
  NextMishap next_mishap;
};

void count(const Charge& charge) {
  static const std::map<std::string, chassis::Counter> counters = [] {
    std::map<std::string, chassis::Counter> made;
    for (const auto* each : {"captured", "declined", "no-funds"}) {
      made.emplace(each, chassis::counter("bank_charges_total", "Charges, by what became of them",
                                          {{"outcome", each}}));
    }
    return made;
  }();
  const auto outcome = charge.decline_reason.value_or(charge.status);
  counters.at(outcome).add();
  chassis::log::info("charge made", {{"charge", charge.id}, {"outcome", outcome}});
}

Response charge(const Request& request, const Desk& desk, const Mishap& mishap) {
  const auto draft = chassis::from_json<ChargeDraft>(chassis::json_body(request));
  std::optional<Charge> made;
  auto response = desk.once(request, charges_path, [&](Teller& teller) {
    made = teller.charge(draft, mishap.duplicate ? 2 : 1);
    return Response{created, chassis::to_json(*made)};
  });
  if (made) count(*made);
  if (made && mishap.duplicate) count_duplicate();
  if (mishap.drop && chassis::from_json<Charge>(response.body).captured()) withhold_answer();
  return response;
}

Response find_charges(const Request& request, const Desk& desk) {
  request.query.only({"reference"});
  const auto reference = request.query.text("reference", 4 * reference_max).value_or("");
  if (reference.empty()) {
    throw chassis::Error{std::vector{chassis::FieldError{"?reference", "is missing"}}};
  }
  return chassis::ok(chassis::to_json(ChargeList{desk.charges->find(reference, found_max)}));
}

Response refund(const Request& request, const Desk& desk) {
  static const auto counter = chassis::counter("bank_refunds_total", "Refunds");
  const auto& id = request.uuid("id");
  const auto draft = chassis::from_json<RefundDraft>(chassis::json_body(request));
  bool made = false;
  auto response = desk.once(request, refunds_path, [&](Teller& teller) {
    const auto refund = teller.refund(id, draft.amount);
    made = true;
    return Response{created, chassis::to_json(refund)};
  });
  if (made) {
    counter.add();
    chassis::log::info("refund made", {{"charge", id}});
  }
  return response;
}

}  // namespace

chassis::Routes charge_routes(const std::shared_ptr<Charges>& charges, const Once& once,
                              const std::string& merchant_key, const NextMishap& next_mishap) {
  using chassis::Access;
  using chassis::Method;
  const auto desk = std::make_shared<const Desk>(Desk{charges, once, merchant_key, next_mishap});
  // The merchant's key is checked before anything may go wrong on purpose.
  const auto served = [desk](auto handle) {
    return [desk, handle](const Request& request) {
      require_merchant(request, desk->merchant_key);
      const auto mishap = desk->next_mishap();
      return with_mishap(mishap, [&] { return handle(request, *desk, mishap); });
    };
  };
  return {
      {Method::post, charges_path, Access::anyone, served(charge)},
      {Method::get, charges_path, Access::anyone,
       served([](const Request& request, const Desk& it, const Mishap& /*mishap*/) {
         return find_charges(request, it);
       })},
      {Method::post, refunds_path, Access::anyone,
       served([](const Request& request, const Desk& it, const Mishap& /*mishap*/) {
         return refund(request, it);
       })},
  };
}

}  // namespace bank
