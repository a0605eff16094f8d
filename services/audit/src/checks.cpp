#include "checks.h"

#include <algorithm>
#include <set>
#include <utility>

namespace audit {
namespace {

constexpr std::size_t together_max =
    500;  // ids that are looked at again at a time: what is in memory

using Ids = std::vector<std::string>;

/// Calls `look` with the ids, a bounded number at a time.
void in_parts(const Ids& ids, const std::function<void(const Ids&)>& look) {
  for (std::size_t from = 0; from < ids.size(); from += together_max) {
    const auto to = std::min(ids.size(), from + together_max);
    look(Ids{ids.begin() + static_cast<std::ptrdiff_t>(from),
             ids.begin() + static_cast<std::ptrdiff_t>(to)});
  }
}

template <typename Row>
std::map<std::string, Row> by_id(std::vector<Row> rows) {
  std::map<std::string, Row> map;
  for (auto& row : rows) map.emplace(row.id, std::move(row));
  return map;
}

template <typename Row>
BookSize size_of(const Book<Row>& book) {
  return {book.name().service, book.name().book, book.row_count()};
}

/// Reads a short list whole.
template <typename Row>
std::vector<Row> whole(const Source<Row>& source) {
  std::vector<Row> rows;
  std::string cursor;
  do {
    auto page = source(cursor).get();
    std::move(page.rows.begin(), page.rows.end(), std::back_inserter(rows));
    cursor = std::move(page.next);
  } while (!cursor.empty());
  return rows;
}

// --- sales

class Sales final : public Check {
 public:
  Sales(const SaleBooks& books, Now now)
      : orders_{{"order", "orders"}, books.orders},
        payments_{{"payment", "payments"}, books.payments},
        reservations_{{"product", "reservations"}, books.reservations},
        now_{std::move(now)} {
    if (books.ledger) ledger_.emplace(BookName{"bank", "ledger"}, books.ledger);
  }

  void read_all(const Tell& tell) override {
    if (ledger_) ledger_->read_on();
    auto reference = ledger_ ? ledger_->reference_after("") : "";
    while (true) {
      Sale sale{first_of(reference), {}, {}, {}, {}};
      if (sale.id.empty()) break;
      take(orders_, sale.order, sale.id);
      take(payments_, sale.payment, sale.id);
      take(reservations_, sale.reservation, sale.id);
      if (reference == sale.id) {
        sale.charges = ledger_->charges(reference);
        reference = ledger_->reference_after(reference);
      }
      count(sale);
      tell(sight_of(sale, ledger_.has_value(), now_()));
    }
  }

  void read_again(const Ids& ids, const Tell& tell) override {
    if (ledger_) ledger_->read_on();
    in_parts(ids, [&](const Ids& part) {
      auto orders = by_id(orders_.again(part));
      auto payments = by_id(payments_.again(part));
      auto reservations = by_id(reservations_.again(part));
      for (const auto& id : part) {
        Sale sale{id, found(orders, id), found(payments, id), found(reservations, id), {}};
        if (ledger_) sale.charges = ledger_->charges(id);
        tell(sight_of(sale, ledger_.has_value(), now_()));
      }
    });
  }

  std::map<Rule, std::int64_t> tried() const override { return tried_; }

  std::vector<BookSize> books() const override {
    std::vector<BookSize> sizes{size_of(orders_), size_of(payments_), size_of(reservations_)};
    if (ledger_) sizes.push_back({"bank", "ledger", ledger_->row_count()});
    return sizes;
  }

 private:
  /// The least id that any book has next; empty when all are at their ends.
  std::string first_of(const std::string& reference) {
    auto first = reference;
    const auto consider = [&](const auto* row) {
      if (row != nullptr && (first.empty() || row->id < first)) first = row->id;
    };
    consider(orders_.peek());
    consider(payments_.peek());
    consider(reservations_.peek());
    return first;
  }

  template <typename Row>
  static void take(Book<Row>& book, std::optional<Row>& row, const std::string& id) {
    const auto* next = book.peek();
    if (next == nullptr || next->id != id) return;
    row = *next;
    book.advance();
  }

  template <typename Row>
  static std::optional<Row> found(std::map<std::string, Row>& rows, const std::string& id) {
    const auto row = rows.find(id);
    return row == rows.end() ? std::nullopt : std::optional{std::move(row->second)};
  }

  void count(const Sale& sale) {
    tried_[Rule::money_order] += sale.order ? 1 : 0;
    tried_[Rule::money_orphan] += sale.payment || !sale.charges.empty() ? 1 : 0;
    tried_[Rule::stock_order] += sale.order || sale.reservation ? 1 : 0;
    tried_[Rule::money_bank] += ledger_ && sale.payment ? 1 : 0;
    tried_[Rule::money_twice] += sale.charges.empty() ? 0 : 1;
  }

  Book<Order> orders_;
  Book<Payment> payments_;
  Book<Reservation> reservations_;
  std::optional<Ledger> ledger_;
  Now now_;
  std::map<Rule, std::int64_t> tried_;
};

// --- stock

class StockCheck final : public Check {
 public:
  explicit StockCheck(const Source<Stock>& stock) : stock_{{"product", "stock"}, stock} {}

  void read_all(const Tell& tell) override {
    for (const auto* row = stock_.peek(); row != nullptr; row = stock_.peek()) {
      tell(sight_of(*row));
      stock_.advance();
    }
  }
  void read_again(const Ids& ids, const Tell& tell) override {
    in_parts(ids, [&](const Ids& part) {
      for (const auto& row : stock_.again(part)) tell(sight_of(row));
    });
  }
  std::map<Rule, std::int64_t> tried() const override {
    return {{Rule::stock_ledger, stock_.row_count()}};
  }
  std::vector<BookSize> books() const override { return {size_of(stock_)}; }

 private:
  Book<Stock> stock_;
};

// --- events

struct Publisher {
  std::string name;
  Book<OutboxEvent> outbox;
};
struct Consumer {
  std::string name;
  Book<InboxEvent> inbox;
  Source<DeadLetter> dead_letters;
  std::function<std::vector<std::string>()> ask_types;
  std::vector<std::string> types{};
  std::set<std::string>
      dead{};  // events among its dead letters at first: events-dead tells of them
};

class Deliveries final : public Check {
 public:
  explicit Deliveries(const std::vector<EventBooks>& services) {
    for (const auto& service : services) {
      publishers_.push_back({service.service, {{service.service, "outbox"}, service.outbox}});
      consumers_.push_back({service.service,
                            {{service.service, "inbox"}, service.inbox},
                            service.dead_letters,
                            service.consumes});
    }
  }

  void read_all(const Tell& tell) override {
    for (auto& consumer : consumers_) consumer.types = consumer.ask_types();
    read_dead();
    for (auto* from = first(); from != nullptr; from = first()) {
      Delivery delivery{from->name, *from->outbox.peek(), {}};
      from->outbox.advance();
      for (auto& consumer : consumers_) {
        const bool applied = skip_to(consumer.inbox, delivery.event.id);
        if (!applied && waits_for(consumer, delivery.event)) {
          delivery.missing.push_back(consumer.name);
        }
      }
      tell(sight_of(delivery));
    }
  }

  void read_again(const Ids& ids, const Tell& tell) override {
    for (auto& publisher : publishers_) {
      Ids own;
      for (const auto& id : ids) {
        if (id.starts_with(publisher.name + "/"))
          own.push_back(id.substr(publisher.name.size() + 1));
      }
      in_parts(own, [&](const Ids& part) { look_again(publisher, part, tell); });
    }
  }

  std::map<Rule, std::int64_t> tried() const override {
    std::int64_t events = 0;
    for (const auto& publisher : publishers_) events += publisher.outbox.row_count();
    return {{Rule::events_delivered, events}};
  }

  std::vector<BookSize> books() const override {
    std::vector<BookSize> sizes;
    for (const auto& publisher : publishers_) sizes.push_back(size_of(publisher.outbox));
    for (const auto& consumer : consumers_) sizes.push_back(size_of(consumer.inbox));
    return sizes;
  }

 private:
  /// Whose next event has the least id; nothing when all are at their ends.
  Publisher* first() {
    Publisher* found = nullptr;
    for (auto& publisher : publishers_) {
      const auto* event = publisher.outbox.peek();
      if (event != nullptr && (found == nullptr || event->id < found->outbox.peek()->id)) {
        found = &publisher;
      }
    }
    return found;
  }

  /// Goes on to this event in the inbox; whether it is there.
  static bool skip_to(Book<InboxEvent>& inbox, const std::string& id) {
    while (inbox.peek() != nullptr && inbox.peek()->id < id) inbox.advance();
    return inbox.peek() != nullptr && inbox.peek()->id == id;
  }

  static bool waits_for(const Consumer& consumer, const OutboxEvent& event) {
    return consumes(consumer.types, event.type) && consumer.dead.count(event.id) == 0;
  }

  void read_dead() {
    for (auto& consumer : consumers_) {
      consumer.dead.clear();
      for (const auto& letter : whole(consumer.dead_letters)) {
        if (!letter.replayed_at && letter.event_id) consumer.dead.insert(*letter.event_id);
      }
    }
  }

  void look_again(Publisher& publisher, const Ids& ids, const Tell& tell) {
    std::vector<std::pair<const Consumer*, std::map<std::string, InboxEvent>>> applied;
    for (auto& consumer : consumers_)
      applied.emplace_back(&consumer, by_id(consumer.inbox.again(ids)));
    for (const auto& event : publisher.outbox.again(ids)) {
      Delivery delivery{publisher.name, event, {}};
      for (const auto& [consumer, inbox] : applied) {
        if (inbox.count(event.id) == 0 && waits_for(*consumer, event)) {
          delivery.missing.push_back(consumer->name);
        }
      }
      tell(sight_of(delivery));
    }
  }

  std::vector<Publisher> publishers_;
  std::vector<Consumer> consumers_;
};

// --- short lists: read whole each time

/// Of each service a list that is short when all is well.
template <typename Row>
class Lists final : public Check {
 public:
  using Look = std::function<Sight(const Row&, const std::string& service)>;

  Lists(Rule rule, std::string book, std::map<std::string, Source<Row>> services, Look look)
      : rule_{rule},
        book_{std::move(book)},
        services_{std::move(services)},
        look_{std::move(look)} {}

  void read_all(const Tell& tell) override {
    for (const auto& [service, source] : services_) {
      const auto rows = whole(source);
      rows_[service] = static_cast<std::int64_t>(rows.size());
      for (const auto& row : rows) tell(look_(row, service));
    }
  }

  void read_again(const Ids& ids, const Tell& tell) override {
    for (const auto& [service, source] : services_) {
      for (const auto& row : whole(source)) {
        const auto sight = look_(row, service);
        if (std::binary_search(ids.begin(), ids.end(), sight.id)) tell(sight);
      }
    }
  }

  std::map<Rule, std::int64_t> tried() const override {
    std::int64_t sum = 0;
    for (const auto& [service, rows] : rows_) sum += rows;
    return {{rule_, sum}};
  }

  std::vector<BookSize> books() const override {
    std::vector<BookSize> sizes;
    for (const auto& [service, rows] : rows_) sizes.push_back({service, book_, rows});
    return sizes;
  }

 private:
  Rule rule_;
  std::string book_;
  std::map<std::string, Source<Row>> services_;
  Look look_;
  std::map<std::string, std::int64_t> rows_;
};

}  // namespace

std::unique_ptr<Check> check_sales(const SaleBooks& books, Now now) {
  return std::make_unique<Sales>(books, std::move(now));
}

std::unique_ptr<Check> check_stock(const Source<Stock>& stock) {
  return std::make_unique<StockCheck>(stock);
}

std::unique_ptr<Check> check_deliveries(const std::vector<EventBooks>& services) {
  return std::make_unique<Deliveries>(services);
}

std::unique_ptr<Check> check_dead_letters(const std::vector<EventBooks>& services) {
  std::map<std::string, Source<DeadLetter>> lists;
  for (const auto& service : services) lists.emplace(service.service, service.dead_letters);
  return std::make_unique<Lists<DeadLetter>>(
      Rule::events_dead, "dead letters", std::move(lists),
      [](const DeadLetter& letter, const std::string& service) {
        return sight_of(letter, service);
      });
}

std::unique_ptr<Check> check_sagas(const std::map<std::string, Source<Saga>>& services, Now now) {
  return std::make_unique<Lists<Saga>>(
      Rule::sagas_stuck, "sagas", services,
      [now = std::move(now)](const Saga& saga, const std::string& service) {
        return sight_of(saga, service, now());
      });
}

}  // namespace audit
