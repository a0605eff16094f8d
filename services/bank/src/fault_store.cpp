#include "fault_store.h"

namespace bank {
namespace {

using chassis::Statement;
using chassis::Transaction;

constexpr Statement select_plan{"select_faults", "SELECT * FROM faults"};

constexpr Statement update_plan{"update_faults", R"sql(
  UPDATE faults SET latency_ms = $1, error_rate = $2, drop_after_capture_rate = $3,
                    duplicate_rate = $4, garbage_rate = $5, seed = $6, calls = 0
)sql"};

constexpr Statement count_call{"count_faulty_call", R"sql(
  UPDATE faults SET calls = calls + 1
  WHERE latency_ms + error_rate + drop_after_capture_rate + duplicate_rate + garbage_rate > 0
  RETURNING *
)sql"};

FaultPlan plan_from(const pqxx::row& row) {
  return {row["latency_ms"].as<std::int64_t>(),
          row["error_rate"].as<double>(),
          row["drop_after_capture_rate"].as<double>(),
          row["duplicate_rate"].as<double>(),
          row["garbage_rate"].as<double>(),
          row["seed"].as<std::int64_t>()};
}

}  // namespace

FaultPlan PostgresFaults::plan() {
  return database_.read(
      [](Transaction& transaction) { return plan_from(transaction.run(select_plan)[0]); });
}

void PostgresFaults::set(const FaultPlan& plan) {
  database_.write([&](Transaction& transaction) {
    transaction.run(update_plan, plan.latency_ms, plan.error_rate, plan.drop_after_capture_rate,
                    plan.duplicate_rate, plan.garbage_rate, plan.seed);
  });
}

Mishap PostgresFaults::next() {
  // Counted in a transaction of its own: a call that fails has had its place in the sequence.
  return database_.write([](Transaction& transaction) {
    const auto row = transaction.maybe(count_call);
    if (!row) return Mishap{};
    return mishap_of(plan_from(*row), (*row)["calls"].as<std::uint64_t>() - 1);
  });
}

}  // namespace bank
