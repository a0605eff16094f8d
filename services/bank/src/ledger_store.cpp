#include "ledger_store.h"

namespace bank {
namespace {

using chassis::Statement;
using chassis::Transaction;

// The row of ledger_head stays locked until the commit: no position becomes visible before the
// ones below it.
constexpr Statement insert_entry{"insert_entry", R"sql(
  WITH head AS (
    UPDATE ledger_head
    SET position = position + 1,
        balance = balance + CASE $2 WHEN 'capture' THEN $5::bigint ELSE -$5::bigint END
    RETURNING position, balance
  )
  INSERT INTO ledger (position, id, entry, charge_id, reference, amount, balance)
  SELECT position, $1, $2, $3, $4, $5::bigint, balance FROM head
)sql"};

// One statement, so that entries and balance are of one snapshot.
constexpr Statement select_page{"select_ledger_page", R"sql(
  SELECT head.balance AS balance_now, page.*
  FROM ledger_head head LEFT JOIN LATERAL (
    SELECT position, id, entry, charge_id, reference, amount, created_at
    FROM ledger WHERE position > $1 ORDER BY position LIMIT $2) page ON true
  ORDER BY position
)sql"};

}  // namespace

LedgerPage PostgresLedger::page(std::int64_t after, std::int64_t count) {
  return database_.read([&](Transaction& transaction) {
    LedgerPage page;
    for (const auto& row : transaction.run(select_page, after, count)) {
      page.balance = {row["balance_now"].as<std::int64_t>(), currency_};
      if (row["id"].is_null()) break;  // nothing behind `after`
      page.entries.push_back({row["id"].c_str(),
                              row["entry"].c_str(),
                              row["charge_id"].c_str(),
                              row["reference"].c_str(),
                              {row["amount"].as<std::int64_t>(), currency_},
                              chassis::to_time(row["created_at"].c_str()),
                              row["position"].as<std::int64_t>()});
    }
    return page;
  });
}

void book_capture(Transaction& transaction, const std::string& charge_id,
                  const std::string& reference, const chassis::Money& amount) {
  transaction.run(insert_entry, charge_id, "capture", charge_id, reference, amount.amount);
}

void book_refund(Transaction& transaction, const std::string& refund_id,
                 const std::string& charge_id, const std::string& reference,
                 const chassis::Money& amount) {
  transaction.run(insert_entry, refund_id, "refund", charge_id, reference, amount.amount);
}

}  // namespace bank
