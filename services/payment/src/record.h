#pragma once

#include <cstdint>
#include <optional>
#include <string>

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

}  // namespace payment
