#include "cancel_store.h"

#include "order_store.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Statement;
using chassis::Transaction;

constexpr Statement lock_order{"lock_order", R"sql(
  SELECT status, confirmed_at < now() - $3 * interval '1 day' AS is_late
  FROM orders WHERE id = $1 AND customer = $2 FOR UPDATE
)sql"};

constexpr Statement begin_cancelling{"begin_cancelling", R"sql(
  UPDATE orders SET status = 'cancelling' WHERE id = $1
)sql"};

constexpr Statement finish_cancelling{"finish_cancelling", R"sql(
  UPDATE orders SET status = 'cancelled', cancelled_at = now(), refund = total,
    payment_status = CASE WHEN payment_status IS NOT NULL THEN 'refunded' END
  WHERE id = $1
)sql"};

/// Whether there is something left to do about an order of this status.
bool to_begin(Status status, bool is_late, std::int64_t days) {
  switch (status) {
    case Status::cancelling:
    case Status::cancelled: return false;
    case Status::confirmed:
      if (!is_late) return true;
      throw Error{ErrorCode::conflict,
                  "an order can be cancelled for " + std::to_string(days) + " days"}
          .type("too-late");
    case Status::pending:
    case Status::declined:
    case Status::failed: break;
  }
  throw Error{ErrorCode::conflict, "only a confirmed order can be cancelled"}.type("not-confirmed");
}

}  // namespace

Cancellations::Begun PostgresCancellations::begin(Transaction& transaction,
                                                  const std::string& customer,
                                                  const std::string& id, std::int64_t days) {
  const auto row = transaction.one(lock_order, "no such order", id, customer, days);
  const bool is_late = !row["is_late"].is_null() && row["is_late"].as<bool>();
  const bool is_new = to_begin(status_of(row["status"].c_str()), is_late, days);
  if (is_new) transaction.run(begin_cancelling, id);
  return {load_order(transaction, id), is_new};
}

Order PostgresCancellations::find(const std::string& id) {
  return database_.read([&](Transaction& transaction) { return load_order(transaction, id); });
}

Order PostgresCancellations::finish(Transaction& transaction, const std::string& id) {
  transaction.run(finish_cancelling, id);
  return load_order(transaction, id);
}

}  // namespace order
