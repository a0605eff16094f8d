#include "peer_routes.h"

#include <algorithm>
#include <initializer_list>
#include <map>

#include "peer_json.h"

namespace order {
namespace {

using chassis::Call;
using chassis::Client;
using chassis::Error;
using chassis::ErrorCode;
using chassis::Method;
using chassis::Reply;
using namespace std::chrono_literals;

/// Behind payment is a bank, which takes its time.
constexpr auto bank_time = 2500ms;

Error unusable(const Client& client) {
  return {ErrorCode::unavailable, client.peer() + " gave no usable answer"};
}

/// All of these may be asked again.
Call request(Method method, std::string path, std::string json = {}) {
  Call call;
  call.method = method;
  call.path = std::move(path);
  call.body = std::move(json);
  if (!call.body.empty()) call.headers.add("Content-Type", "application/json");
  call.idempotent = true;
  return call;
}

Call slow(Call call) {
  call.timeout = bank_time;
  return call;
}

/// The refusal, when it is one of those that the peer promises. Any other, such as 404 of what is
/// no service of ours, says nothing about what was asked.
Error error_of(const Client& client, const Reply& reply, std::initializer_list<int> refusals) {
  auto error = chassis::error_from(reply, client.peer());
  const bool unknown =
      chassis::http_status(error.code()) >= 500 || error.code() == ErrorCode::too_many_requests;
  const auto expected = std::find(refusals.begin(), refusals.end(), reply.status);
  return unknown || expected != refusals.end() ? error : unusable(client);
}

std::string reservation_path(const std::string& order_id) {
  return "/internal/reservations/" + order_id;
}
std::string payment_path(const std::string& order_id) { return "/internal/payments/" + order_id; }

/// Whether the reservation is for just these lines, and adds up.
bool fits(const Reservation& reservation, const std::vector<Line>& lines,
          const std::string& currency) {
  std::map<std::string, std::int64_t> wanted;
  for (const auto& line : lines) wanted[line.product_id] = line.quantity;
  for (const auto& line : reservation.lines) {
    const auto found = wanted.extract(line.product_id);
    if (!found || found.mapped() != line.quantity) return false;
    if (line.unit_price.currency != currency) return false;
  }
  return wanted.empty() && reservation.total == total_of(reservation.lines, currency);
}

/// The lines that are short, as this service says it.
Error out_of_stock(const Client& client, const Reply& reply) {
  const auto json = chassis::to_json(read_answer<ShortLines>(reply.body, client.peer()));
  return Error{ErrorCode::conflict, "there is less in stock than was asked for"}
      .type("out-of-stock")
      .members(json.substr(1, json.size() - 2));
}

}  // namespace

std::vector<Goods> ProductRoutes::look(const std::vector<std::string>& product_ids) {
  std::string ids;
  for (const auto& id : product_ids) ids += (ids.empty() ? "" : ",") + id;
  const auto reply = client_.get("/internal/products?ids=" + ids);
  if (!reply.ok()) throw error_of(client_, reply, {});
  auto goods = read_answer<GoodsList>(reply.body, client_.peer()).items;
  const auto priced = [&](const Goods& each) { return each.unit_price.currency == currency_; };
  if (!std::all_of(goods.begin(), goods.end(), priced)) throw unusable(client_);
  return goods;
}

Reservation ProductRoutes::reserve(const std::string& order_id, const std::vector<Line>& lines) {
  WantList wants;
  for (const auto& line : lines) wants.lines.push_back({line.product_id, line.quantity});
  const auto reply =
      client_.call(request(Method::put, reservation_path(order_id), chassis::to_json(wants)));
  if (!reply.ok()) {
    auto error = error_of(client_, reply, {400, 409});
    throw error.type() == "out-of-stock" ? out_of_stock(client_, reply) : error;
  }
  auto reservation = read_answer<Reservation>(reply.body, client_.peer());
  if (!fits(reservation, lines, currency_)) throw unusable(client_);
  return reservation;
}

void ProductRoutes::commit(const std::string& order_id) {
  const auto reply = client_.call(request(Method::post, reservation_path(order_id) + "/commit"));
  if (reply.ok()) return;
  auto error = error_of(client_, reply, {404, 409});
  throw error.type() == "out-of-stock" ? out_of_stock(client_, reply) : error;
}

void ProductRoutes::release(const std::string& order_id) {
  const auto reply = client_.call(request(Method::del, reservation_path(order_id)));
  if (!reply.ok()) throw error_of(client_, reply, {409});
}

Payment PaymentRoutes::charge(const Charge& charge) {
  const PaymentDraft draft{"order", charge.user_id, charge.amount, charge.card_token};
  const auto reply = client_.call(
      slow(request(Method::put, payment_path(charge.order_id), chassis::to_json(draft))));
  constexpr int bad_request = 400;
  if (reply.status == bad_request) {
    // Of all that is sent only the card is the customer's.
    throw Error{ErrorCode::payment_required, "this card cannot be charged; enter it once more"}
        .type("declined");
  }
  if (!reply.ok()) throw error_of(client_, reply, {402, 409});
  constexpr int accepted = 202;
  if (reply.status == accepted) {
    throw Error{ErrorCode::unavailable, "the bank has not answered yet"};
  }
  auto captured = read_answer<Captured>(reply.body, client_.peer());
  if (captured.owner_id != charge.order_id || captured.status != "captured" ||
      captured.amount != charge.amount) {
    throw unusable(client_);
  }
  return {"captured", captured.brand, captured.last4, captured.bank_reference};
}

void PaymentRoutes::give_back(const std::string& order_id) {
  const auto reply = client_.call(slow(request(Method::del, payment_path(order_id))));
  if (!reply.ok()) throw error_of(client_, reply, {});
  constexpr int accepted = 202;
  if (reply.status == accepted) {
    throw Error{ErrorCode::unavailable, "the money is not certain to be back yet"};
  }
  const auto voided = read_answer<Voided>(reply.body, client_.peer());
  const bool over = voided.status == "voided" || voided.status == "declined";
  if (voided.owner_id != order_id || !over) throw unusable(client_);
}

void PaymentRoutes::refund(const std::string& order_id, const chassis::Money& amount) {
  const auto path = payment_path(order_id) + "/refunds/" + order_id;
  const auto reply =
      client_.call(slow(request(Method::put, path, chassis::to_json(RefundDraft{amount}))));
  if (!reply.ok()) throw error_of(client_, reply, {409});
  constexpr int accepted = 202;
  if (reply.status == accepted) {
    throw Error{ErrorCode::unavailable, "the bank has not answered yet"};
  }
  const auto refunded = read_answer<Refunded>(reply.body, client_.peer());
  if (refunded.owner_id != order_id || refunded.status != "refunded" || refunded.amount != amount) {
    throw unusable(client_);
  }
}

}  // namespace order
