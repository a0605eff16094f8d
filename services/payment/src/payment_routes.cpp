#include "payment_routes.h"

#include "bank_form_json.h"
#include "chassis/id.h"
#include "chassis/page.h"
#include "payment_json.h"

namespace payment {
namespace {

using chassis::Error;
using chassis::FieldError;
using chassis::Request;
using chassis::Response;

constexpr auto owner_path = "/internal/payments/{owner_id}";
constexpr auto payments_path = "/v1/payments";

// --- for peers

Response not_known_yet(const Payment& payment) {
  return chassis::accepted(chassis::to_json(NotKnownYet{payment.id, payment.owner_id}));
}

Response charge(const Request& request, Settlement& settlement) {
  const auto& owner_id = request.uuid("owner_id");
  const auto draft = chassis::from_json<Draft>(chassis::json_body(request));
  const auto payment = settlement.charge(owner_id, draft);
  if (payment.status == "voided" || payment.void_asked) throw voided();
  if (payment.status == "declined") throw declined(payment.decline_reason.value_or("declined"));
  if (payment.pending()) return not_known_yet(payment);
  return chassis::created("/v1/payments/" + payment.id, chassis::to_json(payment));
}

Response take_back(const Request& request, Settlement& settlement) {
  const auto& owner_id = request.uuid("owner_id");
  const auto payment = settlement.take_back(owner_id);
  if (payment.status != "voided" && payment.status != "declined") {
    return not_known_yet(payment);
  }
  return chassis::ok(chassis::to_json(TakenBack{owner_id, payment.status, payment.refunded}));
}

// --- for everyone

Response list_mine(const Request& request, Payments& payments) {
  constexpr auto ordering = "payments";
  request.query.only({"limit", "cursor"});
  const auto page = chassis::page_request(request, ordering);
  const auto before = page.after.empty() ? std::string{} : page.after.front();
  if (page.after.size() > 1 || (!before.empty() && !chassis::is_uuid(before))) {
    throw Error{std::vector{FieldError{"?cursor", "does not belong to this list"}}};
  }
  return chassis::ok(
      chassis::page_json(payments.list(request.caller().user_id, before, page.limit + 1), page,
                         ordering, [](const Payment& payment) { return std::vector{payment.id}; }));
}

Response get_mine(const Request& request, Payments& payments) {
  const auto payment = payments.find(request.uuid("id"));
  if (payment.user_id != request.caller().user_id) {
    throw Error{chassis::ErrorCode::not_found, "there is no such payment"};
  }
  return chassis::ok(chassis::to_json(payment));
}

}  // namespace

chassis::Routes payment_routes(const std::shared_ptr<Settlement>& settlement,
                               const std::shared_ptr<Payments>& payments, const CardForm& form) {
  using chassis::Access;
  using chassis::Method;
  const auto get_form = [json = chassis::to_json(form)](const Request& /*request*/) {
    return chassis::ok(json);
  };
  return {
      {Method::put, owner_path, Access::internal,
       [=](const Request& request) { return charge(request, *settlement); }},
      {Method::del, owner_path, Access::internal,
       [=](const Request& request) { return take_back(request, *settlement); }},
      {Method::get, std::string{payments_path} + "/card-form", Access::anyone, get_form, get_form},
      {Method::get, payments_path, Access::user,
       [=](const Request& request) { return list_mine(request, *payments); }},
      {Method::get, std::string{payments_path} + "/{id}", Access::user,
       [=](const Request& request) { return get_mine(request, *payments); }},
  };
}

}  // namespace payment
