#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/db.h"
#include "record.h"

namespace payment {

/// What a line says besides what the payment's row says at this moment.
struct Note {
  const char* kind;
  std::string actor;
  std::optional<std::int64_t> amount = std::nullopt;
  std::optional<std::string> refund_id = std::nullopt;
  std::optional<std::string> bank_reference = std::nullopt;  // the payment's own without
};

/// Adds a line about a payment, in the transaction of what happened to it.
void write_record(chassis::Transaction& transaction, const std::string& payment_id,
                  const Note& note);

/// The legal record in PostgreSQL, in a schema that this service can add to and read.
class PostgresRecords final : public Records {
 public:
  explicit PostgresRecords(chassis::Database& database) : database_{database} {}

  std::vector<Record> read(const std::string& payment_id, const std::string& actor,
                           std::int64_t after, std::int64_t count) override;
  std::int64_t erase_expired() override;

 private:
  chassis::Database& database_;
};

/// Sets for how many years a line is kept, which only the owner of the record can.
void set_term(chassis::Database& owner, std::int64_t years);

/// Throws std::runtime_error when this role could do more to the record than add to it.
void require_append_only(chassis::Database& database);

}  // namespace payment
