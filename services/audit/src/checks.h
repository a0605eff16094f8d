#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "book.h"
#include "event.h"
#include "ledger.h"
#include "rule.h"
#include "saga.h"
#include "sale.h"
#include "sight.h"
#include "stock.h"

namespace audit {

/// How many rows a book had.
struct BookSize {
  std::string service;
  std::string book;
  std::int64_t rows = 0;
};

/// Some rules together with the books they are about. It lives for one audit.
class Check {
 public:
  using Tell = std::function<void(const Sight&)>;

  virtual ~Check() = default;

  /// Goes through its books once and tells what it sees of each id. Throws Error{unavailable} when
  /// one cannot be read.
  virtual void read_all(const Tell& tell) = 0;
  /// Looks at these ids again (ascending, as told before), and tells of those that are still there.
  virtual void read_again(const std::vector<std::string>& ids, const Tell& tell) = 0;

  /// How many rows each of its rules was tried on, the first time.
  virtual std::map<Rule, std::int64_t> tried() const = 0;
  virtual std::vector<BookSize> books() const = 0;
};

using Now = std::function<chassis::Time()>;

/// The books of what is sold: money and stock-order. Without a ledger the bank's rules are left
/// out.
struct SaleBooks {
  Source<Order> orders;
  Source<Payment> payments;
  Source<Reservation> reservations;
  Source<Entry> ledger;  // may be empty
};
std::unique_ptr<Check> check_sales(const SaleBooks& books, Now now);

/// stock-ledger.
std::unique_ptr<Check> check_stock(const Source<Stock>& stock);

/// A service's part in the events.
struct EventBooks {
  std::string service;
  Source<OutboxEvent> outbox;
  Source<InboxEvent> inbox;
  Source<DeadLetter> dead_letters;
  std::function<std::vector<std::string>()> consumes;  // types
};
/// events-delivered.
std::unique_ptr<Check> check_deliveries(const std::vector<EventBooks>& services);
/// events-dead.
std::unique_ptr<Check> check_dead_letters(const std::vector<EventBooks>& services);

/// sagas-stuck, of each service that has sagas.
std::unique_ptr<Check> check_sagas(const std::map<std::string, Source<Saga>>& services, Now now);

}  // namespace audit
