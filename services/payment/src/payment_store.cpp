#include "payment_store.h"

#include "chassis/auth.h"
#include "chassis/id.h"
#include "payment_events.h"
#include "record_store.h"
#include "row_store.h"

namespace payment {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Money;
using chassis::Statement;
using chassis::Transaction;

constexpr auto no_payment = "there is no such payment";

// --- one payment

constexpr Statement insert_payment{"insert_payment", R"sql(
  INSERT INTO payments (id, owner_id, owner_type, user_id, amount, currency, status, token_digest, attempts,
                        attempted_at, unanswered, lease, leased_until, check_at)
  VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, 1, now(), true, $8, now() + $9 * interval '1 millisecond',
          now() + $9 * interval '1 millisecond')
  ON CONFLICT (owner_id) DO NOTHING RETURNING *
)sql"};

constexpr Statement insert_mark{"insert_voided_mark", R"sql(
  INSERT INTO payments (id, owner_id, currency, status) VALUES ($1, $2, $3, 'voided')
  ON CONFLICT (owner_id) DO NOTHING RETURNING *
)sql"};

constexpr Statement lock_payment{"lock_payment", R"sql(
  SELECT * FROM payments WHERE owner_id = $1 FOR UPDATE
)sql"};

constexpr Statement select_payment{"select_payment", "SELECT * FROM payments WHERE id = $1"};

constexpr Statement select_of_owner{"select_payment_of_owner", R"sql(
  SELECT * FROM payments WHERE owner_id = $1
)sql"};

constexpr Statement note_asked{"note_asked", R"sql(
  UPDATE payments SET asked_at = now() WHERE id = $1
)sql"};

constexpr Statement mark_void{"mark_void", R"sql(
  UPDATE payments
  SET void_asked_at = now(), checks = 0, check_at = now() + $2 * interval '1 millisecond', updated_at = now()
  WHERE id = $1 AND void_asked_at IS NULL AND status IN ('pending', 'captured', 'refunded')
  RETURNING *
)sql"};

// --- turns

constexpr Statement lease_payment{"lease_payment", R"sql(
  UPDATE payments SET lease = $2, leased_until = now() + $3 * interval '1 millisecond'
  WHERE owner_id = $1 AND (leased_until IS NULL OR leased_until <= now())
  RETURNING *
)sql"};

constexpr Statement lease_due{"lease_due_payment", R"sql(
  UPDATE payments SET lease = $1, leased_until = now() + $2 * interval '1 millisecond'
  WHERE id = (
    SELECT id FROM payments
    WHERE check_at <= now() AND (leased_until IS NULL OR leased_until <= now())
    ORDER BY check_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING *
)sql"};

// Apart from what follows, which then sees the refunds of whoever held the row.
constexpr Statement lock_by_id{"lock_payment_by_id", R"sql(
  SELECT FROM payments WHERE id = $1 FOR UPDATE
)sql"};

constexpr Statement end_taken_back{"end_taken_back", R"sql(
  UPDATE payments SET status = 'voided', checks = 0, updated_at = now()
  WHERE id = $1 AND lease = $2 AND status = 'refunded' AND void_asked_at IS NOT NULL
)sql"};

// What was captured is looked at when its watch ends. Where nothing should have been, a charge that
// appears is to go back soon.
constexpr Statement return_lease{"return_lease", R"sql(
  UPDATE payments
  SET lease = NULL, leased_until = NULL, checks = checks + 1,
      check_at = CASE
        WHEN status = 'pending' OR (void_asked_at IS NOT NULL AND status IN ('captured', 'refunded'))
             OR EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND refunds.status = 'pending')
          THEN now() + pause.length
        WHEN watch_until IS NULL THEN NULL
        WHEN captured > 0 THEN greatest(watch_until, now() + pause.length)
        ELSE least(greatest(watch_until, now() + $3 * interval '1 millisecond'), now() + pause.length) END
  FROM (SELECT id, least($4, $3 * power(2, least(checks, 16))) * interval '1 millisecond' AS length
        FROM payments WHERE id = $1) AS pause
  WHERE payments.id = pause.id AND lease = $2
)sql"};

// --- charging

constexpr Statement begin_charge{"begin_attempt", R"sql(
  UPDATE payments
  SET attempts = attempts + 1, attempted_at = now(), unanswered = true, checks = 0,
      leased_until = now() + $3 * interval '1 millisecond', check_at = now() + $3 * interval '1 millisecond'
  WHERE id = $1 AND lease = $2 AND status = 'pending' AND void_asked_at IS NULL
)sql"};

// The turn goes on only where the money has to go back.
constexpr Statement capture{"capture_payment", R"sql(
  UPDATE payments
  SET status = 'captured', captured = amount, brand = $2, last4 = $3, bank_reference = $4, token_digest = NULL,
      unanswered = false, checks = 0, watch_until = now() + $5 * interval '1 millisecond',
      check_at = now() + $5 * interval '1 millisecond', updated_at = now(),
      lease = CASE WHEN void_asked_at IS NOT NULL THEN lease END,
      leased_until = CASE WHEN void_asked_at IS NOT NULL THEN leased_until END
  WHERE id = $1 AND status = 'pending' RETURNING *
)sql"};

constexpr Statement look_for_surplus{"look_for_surplus", R"sql(
  UPDATE payments SET check_at = now(), watch_until = coalesce(watch_until, now())
  WHERE id = $1 AND bank_reference IS DISTINCT FROM $2
)sql"};

// A bank that refuses the token now may still be busy with an attempt before.
constexpr Statement decline{"decline_payment", R"sql(
  UPDATE payments
  SET status = 'declined', decline_reason = $2, brand = $3, last4 = $4, token_digest = NULL, lease = NULL,
      leased_until = NULL, checks = 0, updated_at = now(), unanswered = $5 AND attempts > 1,
      watch_until = CASE WHEN $5 AND attempts > 1 THEN attempted_at + $6 * interval '1 millisecond' END,
      check_at = CASE WHEN $5 AND attempts > 1 THEN now() + $7 * interval '1 millisecond' END
  WHERE id = $1 AND status = 'pending' RETURNING *
)sql"};

constexpr Statement void_payment{"void_payment", R"sql(
  UPDATE payments
  SET status = 'voided', token_digest = NULL, lease = NULL, leased_until = NULL, checks = 0, updated_at = now(),
      watch_until = CASE WHEN unanswered THEN attempted_at + $2 * interval '1 millisecond' END,
      check_at = CASE WHEN unanswered THEN now() + $4 * interval '1 millisecond' END
  WHERE id = $1 AND status = 'pending'
    AND (void_asked_at IS NOT NULL OR asked_at < now() - $3 * interval '1 millisecond')
  RETURNING *
)sql"};

// --- lists

constexpr Statement select_mine{"select_my_payments", R"sql(
  SELECT * FROM payments
  WHERE user_id = $1 AND id < coalesce(nullif($2, '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  ORDER BY id DESC LIMIT $3
)sql"};

constexpr Statement count_pending_payments{"count_pending", R"sql(
  SELECT count(*) FROM payments WHERE status = 'pending'
)sql"};

Payment payment_from(const pqxx::row& row) {
  const std::string currency = row["currency"].c_str();
  const auto money = [&](const char* column) {
    return Money{row[column].as<std::int64_t>(0), currency};
  };
  return {.id = row["id"].c_str(),
          .owner_id = row["owner_id"].c_str(),
          .owner_type = text_of(row["owner_type"]),
          .user_id = text_of(row["user_id"]),
          .status = row["status"].c_str(),
          .decline_reason = text_of(row["decline_reason"]),
          .amount = money("amount"),
          .captured = money("captured"),
          .refunded = money("refunded"),
          .brand = text_of(row["brand"]),
          .last4 = text_of(row["last4"]),
          .bank_reference = text_of(row["bank_reference"]),
          .created_at = chassis::to_time(row["created_at"].c_str()),
          .void_asked = !row["void_asked_at"].is_null(),
          .watched = !row["watch_until"].is_null()};
}

std::vector<Payment> payments_from(const pqxx::result& rows) {
  std::vector<Payment> payments;
  for (const auto& row : rows) payments.push_back(payment_from(row));
  return payments;
}

std::optional<Payment> maybe_payment(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return payment_from(rows[0]);
}

/// Tells one token from another without keeping it.
std::string digest_of(const std::string& payment_id, const std::string& token) {
  return chassis::sha256_hex(payment_id + "\n" + token);
}

void check_same(const pqxx::row& row, const Draft& draft) {
  const auto payment = payment_from(row);
  const auto same = payment.owner_type == draft.owner_type && payment.user_id == draft.user_id &&
                    payment.amount == draft.amount;
  const auto digest = text_of(row["token_digest"]);
  if (!same || (digest && *digest != digest_of(payment.id, draft.card_token))) {
    throw Error{ErrorCode::conflict, "another payment was asked for before, for the same owner"};
  }
}

}  // namespace

PostgresPayments::Opened PostgresPayments::open(const std::string& owner_id, const Draft& draft,
                                                const Turn& turn) {
  return database_.write([&](Transaction& transaction) -> Opened {
    const auto id = chassis::new_id();
    const auto made = maybe_payment(transaction.run(
        insert_payment, id, owner_id, draft.owner_type, draft.user_id, draft.amount.amount,
        draft.amount.currency, digest_of(id, draft.card_token), turn.id, ms(turn.time)));
    if (made) {
      write_record(transaction, id,
                   {.kind = "requested", .actor = turn.actor, .amount = draft.amount.amount});
      return {.payment = *made, .ours = true, .first = true};
    }
    const auto row = transaction.one(lock_payment, no_payment, owner_id);
    auto payment = payment_from(row);
    if (payment.status == "voided" || payment.void_asked) return {.payment = payment};
    check_same(row, draft);
    if (!payment.pending()) return {.payment = payment};
    transaction.run(note_asked, payment.id);
    const auto leased =
        maybe_payment(transaction.run(lease_payment, owner_id, turn.id, ms(turn.time)));
    return {.payment = leased.value_or(payment), .ours = leased.has_value()};
  });
}

Payment PostgresPayments::ask_void(const std::string& owner_id, const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    const auto mark =
        maybe_payment(transaction.run(insert_mark, chassis::new_id(), owner_id, currency_));
    if (mark) return *mark;
    const auto payment = payment_from(transaction.one(lock_payment, no_payment, owner_id));
    return maybe_payment(transaction.run(mark_void, payment.id, ms(turn.time))).value_or(payment);
  });
}

std::optional<Payment> PostgresPayments::take_turn(const std::string& owner_id, const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    return maybe_payment(transaction.run(lease_payment, owner_id, turn.id, ms(turn.time)));
  });
}

std::optional<Payment> PostgresPayments::take_due(const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    return maybe_payment(transaction.run(lease_due, turn.id, ms(turn.time)));
  });
}

Payment PostgresPayments::give_back(const std::string& id, const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    transaction.run(lock_by_id, id);
    if (transaction.run(end_taken_back, id, turn.id).affected_rows() == 1) {
      write_record(transaction, id, {.kind = "voided", .actor = turn.actor});
    }
    transaction.run(return_lease, id, turn.id, ms(timing_.retry_first), ms(timing_.retry_most));
    return payment_from(transaction.one(select_payment, no_payment, id));
  });
}

// --- charging

bool PostgresPayments::begin_attempt(const std::string& id, const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    return transaction.run(begin_charge, id, turn.id, ms(turn.time)).affected_rows() == 1;
  });
}

std::optional<Payment> PostgresPayments::end_captured(const std::string& id, const Charge& charge,
                                                      const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    auto payment = maybe_payment(transaction.run(capture, id, charge.brand, charge.last4, charge.id,
                                                 ms(timing_.check_after)));
    if (!payment) {
      transaction.run(look_for_surplus, id, charge.id);
      return payment;
    }
    write_record(transaction, id,
                 {.kind = "captured", .actor = turn.actor, .amount = payment->captured.amount});
    publish_captured(transaction, *payment);
    return payment;
  });
}

std::optional<Payment> PostgresPayments::end_declined(const std::string& id, const Charge& charge,
                                                      const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    auto payment = maybe_payment(transaction.run(decline, id, charge.decline_reason, charge.brand,
                                                 charge.last4, charge.id.empty(), ms(timing_.watch),
                                                 ms(timing_.retry_first)));
    if (!payment) return payment;
    Note note{.kind = "declined", .actor = turn.actor, .amount = payment->amount.amount};
    if (!charge.id.empty()) note.bank_reference = charge.id;
    write_record(transaction, id, note);
    return payment;
  });
}

std::optional<Payment> PostgresPayments::end_voided(const std::string& id, const Turn& turn) {
  return database_.write([&](Transaction& transaction) {
    auto payment = maybe_payment(transaction.run(
        void_payment, id, ms(timing_.watch), ms(timing_.abandon_after), ms(timing_.retry_first)));
    if (payment) write_record(transaction, id, {.kind = "voided", .actor = turn.actor});
    return payment;
  });
}

// --- reading

Payment PostgresPayments::find(const std::string& id) {
  return database_.read([&](Transaction& transaction) {
    return payment_from(transaction.one(select_payment, no_payment, id));
  });
}

Payment PostgresPayments::find_of_owner(const std::string& owner_id) {
  return database_.read([&](Transaction& transaction) {
    return payment_from(transaction.one(select_of_owner, no_payment, owner_id));
  });
}

std::vector<Payment> PostgresPayments::list(const std::string& user_id, const std::string& before,
                                            std::int64_t count) {
  return database_.read([&](Transaction& transaction) {
    return payments_from(transaction.run(select_mine, user_id, before, count));
  });
}

std::int64_t PostgresPayments::count_pending() {
  return database_.read([](Transaction& transaction) {
    return transaction.run(count_pending_payments)[0][0].as<std::int64_t>();
  });
}

}  // namespace payment
