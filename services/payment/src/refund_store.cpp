#include "refund_store.h"

#include "chassis/id.h"
#include "record_store.h"
#include "refund_events.h"
#include "row_store.h"

namespace payment {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Money;
using chassis::Statement;
using chassis::Transaction;

constexpr auto no_payment = "there is no such payment";
constexpr auto no_refund = "there is no such refund";

constexpr Statement lock_captured{"lock_captured", R"sql(
  SELECT id, status, void_asked_at IS NOT NULL AS void_asked, bank_reference, captured - refund_asked AS room, currency,
         (SELECT count(*) FROM refunds WHERE payment_id = payments.id AND kind = 'void') AS voids
  FROM payments WHERE owner_id = $1 FOR UPDATE
)sql"};

constexpr Statement select_refund{"select_refund", R"sql(
  SELECT refunds.*, owner_id, currency, false AS old
  FROM refunds JOIN payments ON payments.id = payment_id WHERE refunds.id = $1
)sql"};

// The bank keeps its keys for a day.
constexpr Statement select_pending_refunds{"select_pending_refunds", R"sql(
  SELECT refunds.*, owner_id, currency, refunds.created_at < now() - interval '20 hours' AS old
  FROM refunds JOIN payments ON payments.id = payment_id
  WHERE payment_id = $1 AND refunds.status = 'pending' ORDER BY refunds.created_at, refunds.id
)sql"};

constexpr Statement insert_refund{"insert_refund", R"sql(
  INSERT INTO refunds (id, payment_id, kind, bank_reference, amount) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO NOTHING
)sql"};

constexpr Statement check_soon{"check_soon", R"sql(
  UPDATE payments SET checks = 0, check_at = now() + $2 * interval '1 millisecond' WHERE id = $1
)sql"};

constexpr Statement end_watch{"end_watch", R"sql(
  UPDATE payments SET watch_until = NULL WHERE id = $1 AND watch_until <= now()
)sql"};

constexpr Statement update_refund{"end_refund", R"sql(
  UPDATE refunds SET status = $2, ended_at = now() WHERE id = $1 AND status = 'pending'
)sql"};

Refund refund_from(const pqxx::row& row) {
  return {.id = row["id"].c_str(),
          .owner_id = row["owner_id"].c_str(),
          .kind = row["kind"].c_str(),
          .bank_reference = row["bank_reference"].c_str(),
          .amount = {row["amount"].as<std::int64_t>(), row["currency"].c_str()},
          .status = row["status"].c_str(),
          .old = row["old"].as<bool>()};
}

Error taken() { return {ErrorCode::conflict, "another refund has this id"}; }

/// Throws what stands in the way of giving so much of the payment back.
void check_room(const pqxx::row& payment, const Money& amount) {
  const std::string status = payment["status"].c_str();
  if (status == "voided" || payment["void_asked"].as<bool>()) throw voided();
  if (status != "captured" && status != "refunded") {
    throw Error{ErrorCode::conflict, "nothing was captured that could be given back"}.type(
        "not-captured");
  }
  const Money room{payment["room"].as<std::int64_t>(), payment["currency"].c_str()};
  if (amount.amount > room.amount) throw refund_exceeds(room);
}

}  // namespace

Refund PostgresRefunds::ask(const std::string& owner_id, const std::string& refund_id,
                            const Money& amount, const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    const auto payment = transaction.one(lock_captured, no_payment, owner_id);
    if (const auto found = transaction.maybe(select_refund, refund_id)) {
      auto refund = refund_from(*found);
      if (refund.owner_id != owner_id || refund.amount != amount || refund.kind != "asked") {
        throw taken();
      }
      return refund;
    }
    check_room(payment, amount);
    const std::string payment_id = payment["id"].c_str();
    const auto inserted = transaction.run(insert_refund, refund_id, payment_id, "asked",
                                          payment["bank_reference"].c_str(), amount.amount);
    if (inserted.affected_rows() == 0) throw taken();
    transaction.run(check_soon, payment_id, ms(turn.time));
    write_record(transaction, payment_id,
                 {.kind = "refund-requested",
                  .actor = turn.actor,
                  .amount = amount.amount,
                  .refund_id = refund_id});
    return refund_from(transaction.one(select_refund, no_refund, refund_id));
  });
}

void PostgresRefunds::plan_void(const Payment& payment, const Turn& turn) {
  database_.write([&](Transaction& transaction) {
    const auto row = transaction.one(lock_captured, no_payment, payment.owner_id);
    const auto room = row["room"].as<std::int64_t>();
    if (room == 0) return;
    const auto id = chassis::seeded_id(payment.id, "void", row["voids"].as<std::uint64_t>());
    transaction.run(insert_refund, id, payment.id, "void", row["bank_reference"].c_str(), room);
    write_record(
        transaction, payment.id,
        {.kind = "refund-requested", .actor = turn.actor, .amount = room, .refund_id = id});
  });
}

void PostgresRefunds::plan_surplus(const Payment& payment, const std::vector<Charge>& surplus) {
  database_.write([&](Transaction& transaction) {
    for (const auto& charge : surplus) {
      const auto id = chassis::seeded_id(payment.id, "surplus " + charge.id, 0);
      transaction.run(insert_refund, id, payment.id, "surplus", charge.id,
                      charge.amount.amount - charge.refunded.amount);
    }
    transaction.run(end_watch, payment.id);
  });
}

std::vector<Refund> PostgresRefunds::pending(const std::string& payment_id) {
  return database_.read([&](Transaction& transaction) {
    std::vector<Refund> refunds;
    for (const auto& row : transaction.run(select_pending_refunds, payment_id)) {
      refunds.push_back(refund_from(row));
    }
    return refunds;
  });
}

bool PostgresRefunds::end(const Payment& payment, const Refund& refund, const char* status,
                          const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    if (transaction.run(update_refund, refund.id, status).affected_rows() == 0) return false;
    const auto surplus = refund.kind == "surplus";
    const auto done = std::string_view{status} == "refunded";
    write_record(transaction, payment.id,
                 {.kind = !done     ? "refund-refused"
                          : surplus ? "surplus-returned"
                                    : "refunded",
                  .actor = turn.actor,
                  .amount = refund.amount.amount,
                  .refund_id = refund.id,
                  .bank_reference = refund.bank_reference});
    if (done && !surplus) publish_refunded(transaction, payment, refund);
    return true;
  });
}

Refund PostgresRefunds::find(const std::string& refund_id) {
  return database_.read([&](Transaction& transaction) {
    return refund_from(transaction.one(select_refund, no_refund, refund_id));
  });
}

}  // namespace payment
