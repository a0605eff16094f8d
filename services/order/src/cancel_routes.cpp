#include "cancel_routes.h"

#include "order_json.h"

namespace order {
namespace {

using chassis::Request;
using chassis::Response;
using chassis::Transaction;

constexpr auto cancel_path = "/v1/orders/{id}/cancel";

Response answer_of(const Order& order) {
  if (order.status == Status::cancelling) {
    auto response = chassis::accepted(order_json(order));
    response.headers.add("Location", "/v1/orders/" + order.id);
    return response;
  }
  auto response = chassis::ok(order_json(order));
  response.headers.add("ETag", chassis::etag_of(order.version));
  return response;
}

Response cancel_order(const Request& request, const Desk& desk, Cancellations& cancellations,
                      std::int64_t days) {
  const auto& id = request.uuid("id");
  return once_it_ends(desk, request, cancel_path, cancel_saga, id, [&](Transaction& transaction) {
    const auto begun = cancellations.begin(transaction, request.caller().user_id, id, days);
    if (begun.is_new) desk.sagas.start(transaction, cancel_saga, id, "{}");
    return answer_of(begun.order);
  });
}

}  // namespace

chassis::Routes cancel_routes(const Desk& desk, const std::shared_ptr<Cancellations>& cancellations,
                              std::int64_t days) {
  return {{chassis::Method::post, cancel_path, chassis::Access::user, [=](const Request& request) {
             return cancel_order(request, desk, *cancellations, days);
           }}};
}

}  // namespace order
