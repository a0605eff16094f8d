#include "record_store.h"

#include <stdexcept>

#include "row_store.h"

namespace payment {
namespace {

using chassis::Statement;
using chassis::Transaction;

constexpr Statement insert_record{"insert_record", R"sql(
  INSERT INTO legal.records (payment_id, owner_id, owner_type, user_id, kind, amount, currency, refund_id, brand,
                             last4, bank_reference, actor)
  SELECT id, owner_id, owner_type, user_id, $2, $3, currency, $4, brand, last4, coalesce($5, bank_reference), $6
  FROM payments WHERE id = $1
)sql"};

constexpr Statement insert_access{"insert_access", R"sql(
  INSERT INTO legal.records (payment_id, owner_id, owner_type, user_id, kind, currency, actor)
  SELECT payment_id, owner_id, owner_type, user_id, 'accessed', currency, $2
  FROM legal.records WHERE payment_id = $1 ORDER BY id DESC LIMIT 1
)sql"};

constexpr Statement select_records{"select_records", R"sql(
  SELECT id, kind, owner_id, owner_type, user_id, amount, currency, refund_id, brand, last4, bank_reference, actor,
         at AT TIME ZONE 'UTC' || '+00' AS at, digest, intact
  FROM (
    SELECT lines.*, lines.digest = legal.digest(lines) AND
           (row_number() OVER by_id = 1 OR previous IS NOT DISTINCT FROM lag(lines.digest) OVER by_id) AS intact
    FROM legal.records AS lines WHERE payment_id = $1 WINDOW by_id AS (ORDER BY id)) AS judged
  WHERE id > $2 ORDER BY id LIMIT $3
)sql"};

constexpr Statement erase{"erase_expired", "SELECT legal.erase_expired()"};

// What was taken back before it was ever asked for has no record, only a mark.
constexpr Statement forget_payments{"forget_payments", R"sql(
  DELETE FROM payments WHERE id IN (
    SELECT id FROM payments
    WHERE created_at < now() - make_interval(years => (SELECT years FROM legal.term)) AND check_at IS NULL
      AND NOT EXISTS (SELECT FROM legal.records WHERE payment_id = payments.id)
    ORDER BY created_at LIMIT 1000)
)sql"};

constexpr Statement update_term{"update_term", "UPDATE legal.term SET years = $1"};

constexpr auto find_power = R"sql(
  SELECT has_any_column_privilege('legal.records', 'UPDATE') OR has_table_privilege('legal.records', 'DELETE')
      OR has_table_privilege('legal.records', 'TRUNCATE') OR has_table_privilege('legal.records', 'TRIGGER')
      OR has_any_column_privilege('legal.term', 'UPDATE')
      OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'legal.records'::regclass), 'MEMBER')
)sql";

Record record_from(const pqxx::row& row) {
  Record record{.number = row["id"].as<std::int64_t>(),
                .kind = row["kind"].c_str(),
                .owner_id = row["owner_id"].c_str(),
                .owner_type = row["owner_type"].c_str(),
                .user_id = row["user_id"].c_str(),
                .amount = std::nullopt,
                .refund_id = text_of(row["refund_id"]),
                .brand = text_of(row["brand"]),
                .last4 = text_of(row["last4"]),
                .bank_reference = text_of(row["bank_reference"]),
                .actor = row["actor"].c_str(),
                .at = chassis::to_time(row["at"].c_str()),
                .digest = row["digest"].c_str(),
                .intact = row["intact"].as<bool>()};
  if (!row["amount"].is_null()) {
    record.amount = {row["amount"].as<std::int64_t>(), row["currency"].c_str()};
  }
  return record;
}

}  // namespace

void write_record(Transaction& transaction, const std::string& payment_id, const Note& note) {
  transaction.run(insert_record, payment_id, note.kind, note.amount, note.refund_id,
                  note.bank_reference, note.actor);
}

std::vector<Record> PostgresRecords::read(const std::string& payment_id, const std::string& actor,
                                          std::int64_t after, std::int64_t count) {
  return database_.write([&](Transaction& transaction) {
    if (transaction.run(insert_access, payment_id, actor).affected_rows() == 0) {
      throw chassis::Error{chassis::ErrorCode::not_found, "there is no record of such a payment"};
    }
    std::vector<Record> records;
    for (const auto& row : transaction.run(select_records, payment_id, after, count)) {
      records.push_back(record_from(row));
    }
    return records;
  });
}

std::int64_t PostgresRecords::erase_expired() {
  return database_.write([](Transaction& transaction) {
    const auto erased = transaction.run(erase)[0][0].as<std::int64_t>();
    transaction.run(forget_payments);
    return erased;
  });
}

void set_term(chassis::Database& owner, std::int64_t years) {
  owner.write([&](Transaction& transaction) { transaction.run(update_term, years); });
}

void require_append_only(chassis::Database& database) {
  const auto too_much = database.read(
      [](Transaction& transaction) { return transaction.exec(find_power)[0][0].as<bool>(); });
  if (too_much) {
    throw std::runtime_error{
        "this service's database role could change the legal record (legal.records), which only "
        "another role may own: see DATABASE_OWNER_USER in README.md"};
  }
}

}  // namespace payment
