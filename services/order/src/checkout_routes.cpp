#include "checkout_routes.h"

#include "checkout_json.h"

namespace order {
namespace {

using chassis::Request;
using chassis::Response;
using chassis::Transaction;

constexpr auto orders_path = "/v1/orders";

/// What the order has come to, or 202 while it is on its way.
Response answer_of(const Request& request, const Order& order) {
  if (order.problem) return chassis::problem(*order.problem, request.context.trace);
  const auto location = std::string{orders_path} + "/" + order.id;
  if (order.status == Status::pending) {
    auto response = chassis::accepted(order_json(order));
    response.headers.add("Location", location);
    return response;
  }
  auto response = chassis::created(location, order_json(order));
  response.headers.add("ETag", chassis::etag_of(order.version));
  return response;
}

/// The order that this request began before, or begins now.
Order order_of(Transaction& transaction, const Request& request, const OrderDraft& draft,
               chassis::Sagas& sagas, Checkouts& checkouts) {
  const auto& customer = request.caller().user_id;
  const std::string key{request.headers.get("Idempotency-Key")};
  if (auto begun = checkouts.begun(transaction, customer, key)) return std::move(*begun);
  auto order = checkouts.begin(transaction, {customer, key, draft.ship_to});
  const CheckoutData data{draft.card_token, draft.expected_total};
  sagas.start(transaction, checkout_saga, order.id, chassis::to_json(data));
  return order;
}

Response place_order(const Request& request, const Desk& desk, Checkouts& checkouts,
                     const std::string& currency) {
  const auto draft = chassis::from_json<OrderDraft>(chassis::json_body(request));
  check(draft, currency);
  std::string id;
  return once_it_ends(desk, request, orders_path, checkout_saga, id, [&](Transaction& transaction) {
    const auto order = order_of(transaction, request, draft, desk.sagas, checkouts);
    id = order.id;
    return answer_of(request, order);
  });
}

}  // namespace

chassis::Routes checkout_routes(const Desk& desk, const std::shared_ptr<Checkouts>& checkouts,
                                const std::string& currency) {
  return {{chassis::Method::post, orders_path, chassis::Access::user, [=](const Request& request) {
             return place_order(request, desk, *checkouts, currency);
           }}};
}

}  // namespace order
