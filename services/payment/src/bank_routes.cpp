#include "bank_routes.h"

#include <map>

#include "bank_json.h"
#include "chassis/log.h"
#include "chassis/metrics.h"

namespace payment {
namespace {

using chassis::Call;
using chassis::Error;
using chassis::ErrorCode;
using chassis::Method;
using chassis::Reply;

constexpr int created_status = 201;
constexpr int ok_status = 200;

Error nonsense(const std::string& what) { return {ErrorCode::unavailable, what}; }

const chassis::Histogram& duration(const std::string& what) {
  static const std::map<std::string, chassis::Histogram> all = [] {
    std::map<std::string, chassis::Histogram> made;
    for (const auto* each : {"charge", "find", "refund"}) {
      made.emplace(each,
                   chassis::histogram("payment_bank_seconds",
                                      "How long the bank took, answered or not", {{"call", each}}));
    }
    return made;
  }();
  return all.at(what);
}

Call call_with_key(const std::string& path, const std::string& key, std::string json) {
  Call call{.method = Method::post, .path = path, .body = std::move(json)};
  call.headers.add("Idempotency-Key", key);
  call.idempotent = true;
  return call;
}

template <typename Form>
Form read_form(const Reply& reply, int status) {
  if (reply.status != status) throw chassis::error_from(reply, "bank");
  return chassis::from_json<Form>(reply.body, chassis::Unknown::ignore);
}

Charge charge_of(const BankCharge& read, const std::string& reference,
                 const std::string& currency) {
  const auto refunded = read.refunded.value_or(chassis::Money{0, currency});
  if (read.reference != reference) throw nonsense("another reference");
  if (read.amount.currency != currency || refunded.currency != currency) {
    throw nonsense("another currency");
  }
  if (refunded.amount > read.amount.amount) throw nonsense("more refunded than charged");
  const auto reason = read.decline_reason.value_or("");
  const auto captured = read.status == "captured" && reason.empty();
  const auto declined =
      read.status == "declined" && (reason.empty() || reason == "declined" || reason == "no-funds");
  if (!captured && !declined) throw nonsense("neither captured nor declined");
  return {.id = read.id,
          .captured = captured,
          .decline_reason = captured || !reason.empty() ? reason : "declined",
          .amount = read.amount,
          .refunded = refunded,
          .brand = read.brand,
          .last4 = read.last4};
}

/// Whether the bank says, in its own words, that it has no such token.
bool refuses_token(const Reply& reply) {
  constexpr int invalid_status = 400;
  if (reply.status != invalid_status) return false;
  const auto error = chassis::error_from(reply, "bank");
  return error.code() == ErrorCode::invalid && error.fields().size() == 1 &&
         error.fields().front().pointer == "/token";
}

Charge read_charge(const Reply& reply, const ChargeOrder& order) {
  if (refuses_token(reply)) return {.captured = false, .decline_reason = "declined"};
  auto charge = charge_of(read_form<BankCharge>(reply, created_status), order.reference,
                          order.amount.currency);
  if (charge.amount != order.amount) throw nonsense("another amount");
  return charge;
}

std::vector<Charge> read_charges(const Reply& reply, const std::string& reference,
                                 const std::string& currency) {
  std::vector<Charge> charges;
  for (const auto& item : read_form<BankChargeList>(reply, ok_status).items) {
    charges.push_back(charge_of(item, reference, currency));
  }
  return charges;
}

RefundAnswer read_refund(const Reply& reply, const RefundOrder& order) {
  if (reply.status == chassis::http_status(ErrorCode::conflict) &&
      chassis::error_from(reply, "bank").type() == "refund-exceeds") {
    return RefundAnswer::refused;
  }
  const auto refund = read_form<BankRefund>(reply, created_status);
  if (refund.charge_id != order.charge_id || refund.amount != order.amount) {
    throw nonsense("another refund");
  }
  return RefundAnswer::done;
}

}  // namespace

template <typename Answer>
std::optional<Answer> BankRoutes::ask(const char* what, Call call,
                                      const std::function<Answer(const Reply&)>& read) {
  call.headers.add("Authorization", "Bearer " + key_);
  call.timeout = patience_;
  const auto started = std::chrono::steady_clock::now();
  std::optional<Answer> answer;
  int status = 0;
  try {
    const auto reply = client_.call(call);
    status = reply.status;
    answer = read(reply);
  } catch (const Error& error) {
    // What the bank said may be anything and is not repeated.
    chassis::log::warning("bank gave no usable answer",
                          {{"call", what}, {"status", status}, {"problem", error.type()}});
  }
  duration(what).observe(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  return answer;
}

std::optional<Charge> BankRoutes::charge(const ChargeOrder& order) {
  const BankChargeDraft draft{order.token, order.amount, order.reference};
  return ask<Charge>("charge", call_with_key("/v1/charges", order.key, chassis::to_json(draft)),
                     [&](const Reply& reply) { return read_charge(reply, order); });
}

std::optional<std::vector<Charge>> BankRoutes::find(const std::string& reference,
                                                    const std::string& currency) {
  const Call call{.path = "/v1/charges?reference=" + chassis::percent_encoded(reference)};
  return ask<std::vector<Charge>>(
      "find", call, [&](const Reply& reply) { return read_charges(reply, reference, currency); });
}

RefundAnswer BankRoutes::refund(const RefundOrder& order) {
  const auto path = "/v1/charges/" + chassis::percent_encoded(order.charge_id) + "/refunds";
  const auto json = chassis::to_json(BankRefundDraft{order.amount});
  return ask<RefundAnswer>("refund", call_with_key(path, order.key, json),
                           [&](const Reply& reply) { return read_refund(reply, order); })
      .value_or(RefundAnswer::unknown);
}

}  // namespace payment
