#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "audit.h"
#include "chassis/clock.h"
#include "rows.h"
#include "watch.h"

namespace audit {
namespace {

using namespace std::chrono_literals;

/// A book that others write while it is read.
template <typename Row>
class SharedBook {
 public:
  void put(Row row) {
    const std::lock_guard lock{mutex_};
    rows_.insert_or_assign(row.id, std::move(row));
  }
  template <typename Change>
  void change(const std::string& id, Change change) {
    const std::lock_guard lock{mutex_};
    change(rows_.at(id));
  }
  Source<Row> source() {
    return [this](const std::string& cursor) {
      return std::async(std::launch::deferred, [this, cursor] { return page(cursor); });
    };
  }

 private:
  Page<Row> page(const std::string& cursor) {
    const std::lock_guard lock{mutex_};
    Page<Row> page;
    auto row = cursor.empty() ? rows_.begin() : rows_.upper_bound(cursor);
    for (; row != rows_.end() && page.rows.size() < 7; ++row) page.rows.push_back(row->second);
    if (row != rows_.end()) page.next = page.rows.back().id;
    return page;
  }

  std::mutex mutex_;
  std::map<std::string, Row> rows_;
};

chassis::Time now() { return chassis::system_clock().now(); }
void wait_a_little() { std::this_thread::sleep_for(300us); }

/// Four services that work as ours do: each step of a sale is in one book alone, one after the
/// other, and what comes after the end of a saga (looking once more at the bank, the pieces of a
/// cancelled order) comes later.
class Shop {
 public:
  SharedBook<Order> orders;
  SharedBook<Payment> payments;
  SharedBook<Reservation> reservations;
  SharedBook<Entry> ledger;

  void sell(int n) {
    auto order = order_of(n, "pending");
    order.settled = false;
    order.updated_at = now();
    orders.put(order);
    auto reservation = reservation_of(n, "held");
    reservation.updated_at = now();
    reservations.put(reservation);
    wait_a_little();
    auto payment = payment_of(n, 0);
    payment.status = "pending";
    payment.settled = false;
    payment.updated_at = now();
    payments.put(payment);
    add(capture_of(n, 500));
    wait_a_little();
    payments.change(id_of(n), [](Payment& row) {
      row.status = "captured";
      row.captured = euro(500);
      row.updated_at = now();
    });
    set_state(n, "committed");
    end(n, "confirmed");
    settle_payment(n);
  }

  void decline(int n) {
    auto order = order_of(n, "pending");
    order.settled = false;
    order.updated_at = now();
    orders.put(order);
    reservations.put(reservation_of(n, "held"));
    auto payment = payment_of(n, 0);
    payment.status = "declined";
    payment.updated_at = now();
    payments.put(payment);
    wait_a_little();
    set_state(n, "released");
    end(n, "declined");
  }

  void cancel(int n) {
    orders.change(id_of(n), [](Order& row) {
      row.status = "cancelling";
      row.settled = false;
      row.updated_at = now();
    });
    payments.change(id_of(n), [](Payment& row) {
      row.settled = false;
      row.updated_at = now();
    });
    add(refund_of(n, 500));
    wait_a_little();
    payments.change(id_of(n), [](Payment& row) {
      row.status = "refunded";
      row.refunded = euro(500);
      row.settled = true;
      row.updated_at = now();
    });
    wait_a_little();
    orders.change(id_of(n), [](Order& row) { row.refunded = euro(500); });
    end(n, "cancelled");
    wait_a_little();
    reservations.change(id_of(n), [](Reservation& row) {
      row.returned = true;
      row.updated_at = now();
    });
  }

 private:
  void add(Entry entry) {
    const std::lock_guard lock{ledger_mutex_};
    auto digits = std::to_string(++position_);
    entry.id = std::string(12 - digits.size(), '0') + digits;
    ledger.put(entry);
  }
  void set_state(int n, const std::string& state) {
    reservations.change(id_of(n), [&](Reservation& row) {
      row.state = state;
      row.updated_at = now();
    });
  }
  void end(int n, const std::string& status) {
    orders.change(id_of(n), [&](Order& row) {
      row.status = status;
      row.settled = true;
      row.updated_at = now();
    });
  }
  void settle_payment(int n) {
    wait_a_little();
    payments.change(id_of(n), [](Payment& row) {
      row.settled = true;
      row.updated_at = now();
    });
  }

  std::mutex ledger_mutex_;
  int position_ = 0;
};

/// Sells, declines and cancels in four threads, a bounded number of times.
class Buyers {
 public:
  explicit Buyers(Shop& shop) {
    for (int buyer = 0; buyer < 4; ++buyer) {
      threads_.emplace_back([this, &shop, buyer] { buy(shop, buyer); });
    }
  }
  ~Buyers() {
    for (auto& thread : threads_) thread.join();
  }
  bool busy() const { return busy_.load() > 0; }

 private:
  void buy(Shop& shop, int buyer) {
    std::mt19937 random{static_cast<unsigned>(buyer)};
    for (int n = buyer; n < 1000; n += 4) {
      if (random() % 4 == 0) {
        shop.decline(n);
        continue;
      }
      shop.sell(n);
      if (random() % 3 == 0) shop.cancel(n);
    }
    --busy_;
  }

  std::atomic<int> busy_{4};
  std::vector<std::thread> threads_;
};

Report audit_of(Shop& shop) {
  RealWatch watch{{}};
  Progress progress;
  std::vector<std::unique_ptr<Check>> checks;
  checks.push_back(check_sales({shop.orders.source(), shop.payments.source(),
                                shop.reservations.source(), shop.ledger.source()},
                               now));
  return run_audit(checks, {}, 200ms, watch, progress);
}

TEST(AuditUnderLoad, reports_no_violation_of_books_that_are_never_still) {
  Shop shop;
  {
    const Buyers buyers{shop};
    do {
      for (const auto& violation : audit_of(shop).violations) ADD_FAILURE() << violation.text;
    } while (buyers.busy());
  }
  const auto report = audit_of(shop);
  EXPECT_EQ(violations(report), 0);
  EXPECT_EQ(report.in_flight.count, 0);
}

}  // namespace
}  // namespace audit
