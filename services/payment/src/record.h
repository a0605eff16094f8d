#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "chassis/money.h"

namespace payment {

/// One line of the legal record: something that happened to a payment. Never changed.
struct Record {
  std::int64_t number = 0;  // in the order of writing
  std::string kind;         // requested, captured, ... accessed: the migration lists them
  std::string owner_id;
  std::string owner_type;
  std::string user_id;
  std::optional<chassis::Money> amount;
  std::optional<std::string> refund_id;
  std::optional<std::string> brand;
  std::optional<std::string> last4;
  std::optional<std::string> bank_reference;
  std::string actor;  // user:<id>, peer or reconciliation
  chassis::Time at;
  std::string digest;   // SHA-256 over this line and the digest of the one before
  bool intact = false;  // the digest is right, and the line before is there or was due to be erased
};

/// The legal record, wherever it is kept: lines are added where things happen, and never changed.
class Records {
 public:
  virtual ~Records() = default;

  /// Up to `count` lines after the one with this number, oldest first. That `actor` read them is
  /// itself recorded, before they are read. Throws Error{not_found} when there is no such record.
  virtual std::vector<Record> read(const std::string& payment_id, const std::string& actor,
                                   std::int64_t after, std::int64_t count) = 0;

  /// Erases a bounded number of lines that are older than the term, and the payments that nothing
  /// is recorded of any more; returns how many lines.
  virtual std::int64_t erase_expired() = 0;
};

}  // namespace payment
