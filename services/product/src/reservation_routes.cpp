#include "reservation_routes.h"

#include "reservation_json.h"

namespace product {
namespace {

using chassis::Cache;
using chassis::Request;
using chassis::Response;

constexpr auto reservation_path = "/internal/reservations/{order_id}";

Response reserve(const Request& request, Reservations& reservations, Cache& cache) {
  const auto& order_id = request.uuid("order_id");
  auto draft = chassis::from_json<ReservationDraft>(chassis::json_body(request));
  const auto reservation = reservations.reserve(order_id, std::move(draft.lines));
  for (const auto& line : reservation.lines) cache.forget(line.product_id);
  return chassis::created("/internal/reservations/" + order_id, chassis::to_json(reservation));
}

Response commit(const Request& request, Reservations& reservations, Cache& cache) {
  const auto reservation = reservations.commit(request.uuid("order_id"));
  for (const auto& line : reservation.lines) cache.forget(line.product_id);
  return chassis::ok(chassis::to_json(reservation));
}

Response release(const Request& request, Reservations& reservations, Cache& cache) {
  for (const auto& id : reservations.release(request.uuid("order_id"))) cache.forget(id);
  return chassis::no_content();
}

}  // namespace

chassis::Routes reservation_routes(const std::shared_ptr<Reservations>& reservations,
                                   const std::shared_ptr<Cache>& cache) {
  using chassis::Access;
  using chassis::Method;
  return {
      {Method::put, reservation_path, Access::internal,
       [=](const Request& request) { return reserve(request, *reservations, *cache); }},
      {Method::post, std::string{reservation_path} + "/commit", Access::internal,
       [=](const Request& request) { return commit(request, *reservations, *cache); }},
      {Method::del, reservation_path, Access::internal,
       [=](const Request& request) { return release(request, *reservations, *cache); }},
  };
}

}  // namespace product
