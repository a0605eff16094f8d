#include "charge_store.h"

#include "chassis/error.h"
#include "chassis/id.h"
#include "ledger_store.h"
#include "token_store.h"

namespace bank {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::FieldError;
using chassis::Money;
using chassis::Statement;
using chassis::Transaction;

constexpr Statement insert_charge{"insert_charge", R"sql(
  INSERT INTO charges (id, reference, amount, declines, brand, last4)
  VALUES ($1, $2, $3, nullif($4, ''), $5, $6)
  RETURNING *
)sql"};

constexpr Statement select_charges{"select_charges", R"sql(
  SELECT * FROM charges WHERE reference = $1 ORDER BY declines IS NOT NULL, created_at, id LIMIT $2
)sql"};

constexpr Statement lock_charge{"lock_charge", R"sql(
  SELECT reference, CASE WHEN declines IS NULL THEN amount - refunded ELSE 0 END AS refundable
  FROM charges WHERE id = $1 FOR UPDATE
)sql"};

constexpr Statement add_refunded{"add_refunded", R"sql(
  UPDATE charges SET refunded = refunded + $2 WHERE id = $1
)sql"};

constexpr Statement insert_refund{"insert_refund", R"sql(
  INSERT INTO refunds (id, charge_id, amount) VALUES ($1, $2, $3) RETURNING created_at
)sql"};

Charge charge_from(const pqxx::row& row, const std::string& currency) {
  const auto declines = row["declines"];
  return {.id = row["id"].c_str(),
          .reference = row["reference"].c_str(),
          .status = declines.is_null() ? "captured" : "declined",
          .decline_reason =
              declines.is_null() ? std::nullopt : std::optional<std::string>{declines.c_str()},
          .amount = {row["amount"].as<std::int64_t>(), currency},
          .refunded = {row["refunded"].as<std::int64_t>(), currency},
          .brand = row["brand"].c_str(),
          .last4 = row["last4"].c_str(),
          .created_at = chassis::to_time(row["created_at"].c_str())};
}

}  // namespace

std::vector<Charge> PostgresCharges::find(const std::string& reference, std::int64_t most) {
  return database_.read([&](Transaction& transaction) {
    std::vector<Charge> charges;
    for (const auto& row : transaction.run(select_charges, reference, most)) {
      charges.push_back(charge_from(row, currency_));
    }
    return charges;
  });
}

Charge PostgresTeller::charge(const ChargeDraft& draft, int times) {
  check(draft.amount, currency_);
  const auto card = card_to_charge(transaction_, draft.token);
  if (!card) {
    throw Error{std::vector{FieldError{"/token", "is no token, or its time is over"}}};
  }
  auto first = charge_card(*card, draft);
  for (int again = 1; again < times; ++again) charge_card(*card, draft);
  return first;
}

Charge PostgresTeller::charge_card(const Card& card, const ChargeDraft& draft) {
  const auto row = transaction_.run(insert_charge, chassis::new_id(), draft.reference,
                                    draft.amount.amount, card.declines, card.brand, card.last4)[0];
  auto charge = charge_from(row, currency_);
  if (charge.captured()) book_capture(transaction_, charge.id, draft.reference, draft.amount);
  return charge;
}

Refund PostgresTeller::refund(const std::string& charge_id, const Money& amount) {
  check(amount, currency_);
  const auto charge = transaction_.one(lock_charge, "no such charge", charge_id);
  const Money left{charge["refundable"].as<std::int64_t>(), currency_};
  if (amount.amount > left.amount) {
    throw Error{ErrorCode::conflict,
                "only " + chassis::to_text(left) + " of this charge can be refunded"}
        .type("refund-exceeds")
        .members("\"refundable\":" + chassis::to_json(left));
  }
  Refund refund{chassis::new_id(), charge_id, amount, {}};
  transaction_.run(add_refunded, charge_id, amount.amount);
  refund.created_at = chassis::to_time(
      transaction_.run(insert_refund, refund.id, charge_id, amount.amount)[0][0].c_str());
  book_refund(transaction_, refund.id, charge_id, charge["reference"].c_str(), amount);
  return refund;
}

std::function<chassis::Response(const chassis::Request&, std::string_view,
                                const std::function<chassis::Response(Teller&)>&)>
once_in(chassis::Database& database, const std::string& currency) {
  return [&database, currency](const auto& request, auto route, const auto& effect) {
    auto merchants = request;
    merchants.context.caller.reset();
    merchants.context.guest_id.clear();
    return chassis::once(database, merchants, route, [&](Transaction& transaction) {
      PostgresTeller teller{transaction, currency};
      return effect(teller);
    });
  };
}

}  // namespace bank
