#include "book_store.h"

namespace payment {
namespace {

using chassis::Statement;
using chassis::Transaction;

constexpr Statement select_books{"select_books", R"sql(
  SELECT owner_id, owner_type, status, captured, refunded, currency, check_at IS NULL AS settled, updated_at
  FROM payments
  WHERE owner_id > coalesce(nullif($1, '')::uuid, '00000000-0000-0000-0000-000000000000') AND owner_type IS NOT NULL
  ORDER BY owner_id LIMIT $2
)sql"};

}  // namespace

std::vector<BookEntry> PostgresBooks::read(const std::string& after, std::int64_t count) {
  return database_.read([&](Transaction& transaction) {
    std::vector<BookEntry> entries;
    for (const auto& row : transaction.run(select_books, after, count)) {
      const std::string currency = row["currency"].c_str();
      entries.push_back({.owner_id = row["owner_id"].c_str(),
                         .owner_type = row["owner_type"].c_str(),
                         .status = row["status"].c_str(),
                         .captured = {row["captured"].as<std::int64_t>(), currency},
                         .refunded = {row["refunded"].as<std::int64_t>(), currency},
                         .settled = row["settled"].as<bool>(),
                         .updated_at = chassis::to_time(row["updated_at"].c_str())});
    }
    return entries;
  });
}

}  // namespace payment
