#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "chassis/db.h"
#include "reservation.h"

namespace product {

/// Reservations in PostgreSQL; migrations/ has the schema. Whoever changes stock locks the
/// reservation first, then its products in the order of their ids, so nobody waits in a circle.
class PostgresReservations final : public Reservations {
 public:
  /// A sale that leaves `low_stock` pieces or fewer on hand, where there were more, is told.
  PostgresReservations(chassis::Database& database, std::string currency,
                       std::chrono::milliseconds lifetime, std::int64_t low_stock)
      : database_{database},
        currency_{std::move(currency)},
        lifetime_{lifetime},
        low_stock_{low_stock} {}

  Reservation reserve(const std::string& order_id, std::vector<Want> wants) override;
  Reservation commit(const std::string& order_id) override;
  std::vector<std::string> release(const std::string& order_id) override;
  bool take_back(chassis::Transaction& transaction, const std::string& order_id) override;
  std::int64_t expire(std::int64_t most) override;
  std::int64_t reserved_units() override;

 private:
  Reservation try_reserve(chassis::Transaction& transaction, const std::string& order_id,
                          const std::vector<Want>& wants);
  Reservation try_commit(chassis::Transaction& transaction, const std::string& order_id);
  Reservation stored(chassis::Transaction& transaction, const std::string& order_id);
  /// Takes all pieces, or throws naming each line that is short.
  void take(chassis::Transaction& transaction, const std::vector<Want>& wants);
  /// Gives the pieces of locked reservations back.
  void give(chassis::Transaction& transaction, const std::vector<std::string>& order_ids);
  std::int64_t free_those(chassis::Transaction& transaction, const pqxx::result& rows);
  void sell(chassis::Transaction& transaction, const std::string& order_id);
  void hold(chassis::Transaction& transaction, const std::string& order_id);
  /// Runs `work` in a transaction; when pieces are missing, ends the reservations of these
  /// products whose time is over and tries once more.
  template <typename Work>
  Reservation with_expired_freed(const std::vector<Want>& wants, Work work);
  void free_expired(const std::vector<std::string>& product_ids);

  chassis::Database& database_;
  std::string currency_;
  std::chrono::milliseconds lifetime_;
  std::int64_t low_stock_;
};

}  // namespace product
