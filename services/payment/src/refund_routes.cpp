#include "refund_routes.h"

#include "refund_json.h"

namespace payment {
namespace {

using chassis::Request;
using chassis::Response;

constexpr int created_status = 201;

Response give_back(const Request& request, Settlement& settlement) {
  const auto& owner_id = request.uuid("owner_id");
  const auto& refund_id = request.uuid("refund_id");
  const auto draft = chassis::from_json<RefundDraft>(chassis::json_body(request));
  const auto refund = settlement.refund(owner_id, refund_id, draft.amount);
  if (refund.status == "pending") return chassis::accepted(chassis::to_json(refund));
  if (refund.status == "refused") throw refund_exceeds({0, refund.amount.currency});
  return {created_status, chassis::to_json(refund)};
}

}  // namespace

chassis::Routes refund_routes(const std::shared_ptr<Settlement>& settlement) {
  return {{chassis::Method::put, "/internal/payments/{owner_id}/refunds/{refund_id}",
           chassis::Access::internal,
           [=](const Request& request) { return give_back(request, *settlement); }}};
}

}  // namespace payment
