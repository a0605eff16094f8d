#include "reservation_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "book_store.h"
#include "chassis/id.h"
#include "chassis/testing/database.h"
#include "product_embedded.h"
#include "product_store.h"

namespace product {
namespace {

using chassis::Error;
using chassis::Transaction;

class ReservationStore : public testing::Test {
 protected:
  std::string add(std::int64_t stock, std::int64_t price = 250) {
    return database_.database().write([&](Transaction& transaction) {
      return PostgresProductChanges{transaction, "EUR"}
          .create({"Tea", "", "teas", {price, "EUR"}, stock}, "test")
          .id;
    });
  }
  std::int64_t stock(const std::string& id) { return products_.find(id).stock; }
  std::int64_t ask(const std::string& sql) {
    return database_.database().read(
        [&](Transaction& transaction) { return transaction.exec(sql)[0][0].as<std::int64_t>(); });
  }
  void run(const std::string& sql) {
    database_.database().write([&](Transaction& transaction) { transaction.exec(sql); });
  }
  /// As if the time of every reservation that is held were over.
  void let_time_pass() {
    run("UPDATE reservations SET expires_at = now() - interval '1 second' WHERE state = 'held'");
  }
  static std::string order(int n) {
    return chassis::seeded_id("test", "order", static_cast<std::uint64_t>(n));
  }
  /// The type of the problem, or nothing.
  template <typename Work>
  static std::string problem(Work work) {
    try {
      work();
    } catch (const Error& error) {
      return error.type();
    }
    return "";
  }
  bool take_back(const std::string& order_id) {
    return database_.database().write(
        [&](Transaction& transaction) { return reservations_.take_back(transaction, order_id); });
  }
  /// How many rows of the stock book break its rule: none.
  int broken_rows() {
    int broken = 0;
    for (const auto& row : books_.stock("", 100)) {
      const auto there = row.initial + row.received - row.sold + row.returned + row.adjusted;
      if (there != row.on_hand || row.held != row.reserved || row.reserved > row.on_hand) ++broken;
    }
    return broken;
  }
  /// Rows that break a rule of the books: none.
  std::int64_t violations() {
    return ask(
        "SELECT count(*) FROM products WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand"
        " OR on_hand <> (SELECT coalesce(sum(delta), 0) FROM stock_movements"
        "                WHERE product_id = products.id)"
        " OR reserved <> (SELECT coalesce(sum(quantity), 0) FROM reservation_lines"
        "                 JOIN reservations USING (order_id)"
        "                 WHERE product_id = products.id AND state = 'held')");
  }

  chassis::testing::TestDatabase database_{embedded()};
  PostgresProducts products_{database_.database(), "EUR"};
  PostgresReservations reservations_{database_.database(), "EUR", std::chrono::minutes{15}, 5};
  PostgresBooks books_{database_.database()};
};

TEST_F(ReservationStore, pieces_are_reserved_then_sold) {
  const auto tea = add(5);
  const auto held = reservations_.reserve(order(1), {{tea, 2}});
  EXPECT_EQ(held.state, "held");
  EXPECT_EQ(held.total, (chassis::Money{500, "EUR"}));
  EXPECT_EQ(held.lines.at(0).name, "Tea");
  EXPECT_EQ(stock(tea), 3);
  EXPECT_EQ(reservations_.reserved_units(), 2);
  const auto left =
      ask("SELECT extract(epoch FROM expires_at - created_at)::bigint FROM reservations");
  EXPECT_EQ(left, 900);

  EXPECT_EQ(reservations_.commit(order(1)).state, "committed");
  EXPECT_EQ(reservations_.commit(order(1)).state, "committed");
  EXPECT_EQ(stock(tea), 3);
  EXPECT_EQ(ask("SELECT on_hand FROM products"), 3);
  EXPECT_EQ(ask("SELECT sum(delta) FROM stock_movements WHERE kind = 'sold'"), -2);
  EXPECT_EQ(violations(), 0);
}

TEST_F(ReservationStore, all_lines_or_none_and_each_short_one_is_named) {
  const auto tea = add(5);
  const auto cup = add(1);
  const auto gone = add(5);
  products_.remove(gone, {});
  try {
    reservations_.reserve(order(1), {{tea, 5}, {cup, 2}, {gone, 1}, {order(9), 3}});
    FAIL() << "more was reserved than there is";
  } catch (const Error& error) {
    EXPECT_EQ(error.type(), "out-of-stock");
    const auto names = [&](const std::string& line) {
      return error.members().find(line) != std::string::npos;
    };
    EXPECT_FALSE(names(tea));
    EXPECT_TRUE(names(cup + R"(","requested":2,"available":1)"));
    EXPECT_TRUE(names(gone + R"(","requested":1,"available":0)"));
    EXPECT_TRUE(names(order(9) + R"(","requested":3,"available":0)"));
  }
  EXPECT_EQ(stock(tea), 5);
  EXPECT_EQ(ask("SELECT count(*) FROM reservations"), 0);
}

TEST_F(ReservationStore, the_same_again_is_the_same_and_other_lines_are_refused) {
  const auto tea = add(5, 250);
  const auto cup = add(5, 300);
  const auto first = reservations_.reserve(order(1), {{tea, 2}, {cup, 1}});
  run("UPDATE products SET price = 9999");
  const auto again = reservations_.reserve(order(1), {{cup, 1}, {tea, 2}});
  EXPECT_EQ(again.expires_at, first.expires_at);
  EXPECT_EQ(again.total, (chassis::Money{800, "EUR"}));
  EXPECT_EQ(stock(tea), 3);
  EXPECT_EQ(problem([&] { reservations_.reserve(order(1), {{tea, 3}, {cup, 1}}); }), "conflict");
  reservations_.commit(order(1));
  EXPECT_EQ(reservations_.reserve(order(1), {{tea, 2}, {cup, 1}}).state, "committed");
  EXPECT_EQ(stock(tea), 3);
}

TEST_F(ReservationStore, a_release_gives_back_and_never_undoes_a_sale) {
  const auto tea = add(5);
  reservations_.reserve(order(1), {{tea, 2}});
  EXPECT_EQ(reservations_.release(order(1)), std::vector{tea});
  EXPECT_TRUE(reservations_.release(order(1)).empty());
  EXPECT_EQ(stock(tea), 5);
  EXPECT_EQ(problem([&] { reservations_.commit(order(1)); }), "released");
  EXPECT_EQ(problem([&] { reservations_.reserve(order(1), {{tea, 2}}); }), "released");

  reservations_.reserve(order(2), {{tea, 2}});
  reservations_.commit(order(2));
  EXPECT_EQ(problem([&] { reservations_.release(order(2)); }), "committed");
  EXPECT_EQ(stock(tea), 3);
  EXPECT_EQ(problem([&] { reservations_.commit(order(3)); }), "not-found");
  EXPECT_EQ(violations(), 0);
}

TEST_F(ReservationStore, a_release_that_overtakes_its_reservation_wins) {
  const auto tea = add(5);
  reservations_.release(order(1));
  EXPECT_EQ(problem([&] { reservations_.reserve(order(1), {{tea, 2}}); }), "released");
  EXPECT_EQ(stock(tea), 5);
}

TEST_F(ReservationStore, what_expired_can_be_bought_by_others) {
  const auto tea = add(5);
  for (int i = 0; i < 5; ++i) reservations_.reserve(order(i), {{tea, 1}});
  EXPECT_EQ(reservations_.expire(10), 0);
  let_time_pass();
  EXPECT_EQ(reservations_.expire(3), 3);
  EXPECT_EQ(stock(tea), 3);
  EXPECT_EQ(reservations_.expire(10), 2);
  EXPECT_EQ(stock(tea), 5);
  EXPECT_EQ(violations(), 0);
}

TEST_F(ReservationStore, an_expired_reservation_never_blocks_a_sale) {
  const auto tea = add(5);
  const auto cup = add(1);
  reservations_.reserve(order(1), {{tea, 3}, {cup, 1}});
  reservations_.reserve(order(2), {{tea, 2}});
  let_time_pass();
  EXPECT_EQ(reservations_.reserve(order(3), {{tea, 5}}).state, "held");  // no job ran
  EXPECT_EQ(stock(tea), 0);
  EXPECT_EQ(stock(cup), 1);
  EXPECT_EQ(violations(), 0);
}

TEST_F(ReservationStore, committing_late_takes_the_pieces_again_or_says_they_are_gone) {
  const auto tea = add(5);
  reservations_.reserve(order(1), {{tea, 4}});
  let_time_pass();
  reservations_.expire(10);
  run("UPDATE products SET price = 9999");
  EXPECT_EQ(reservations_.commit(order(1)).total, (chassis::Money{1'000, "EUR"}));
  EXPECT_EQ(stock(tea), 1);

  reservations_.reserve(order(2), {{tea, 1}});
  let_time_pass();
  reservations_.reserve(order(3), {{tea, 1}});
  EXPECT_EQ(problem([&] { reservations_.commit(order(2)); }), "out-of-stock");
  EXPECT_EQ(reservations_.commit(order(3)).state, "committed");
  EXPECT_EQ(violations(), 0);
}

TEST_F(ReservationStore, a_reservation_that_is_over_but_still_there_is_sold_as_it_is) {
  const auto tea = add(5);
  reservations_.reserve(order(1), {{tea, 5}});
  let_time_pass();
  EXPECT_EQ(reservations_.commit(order(1)).state, "committed");
  EXPECT_EQ(violations(), 0);
}

TEST_F(ReservationStore, asked_again_after_expiry_the_time_begins_anew) {
  const auto tea = add(5);
  const auto first = reservations_.reserve(order(1), {{tea, 2}});
  for (const bool ended : {false, true}) {
    let_time_pass();
    if (ended) reservations_.expire(10);
    EXPECT_GT(reservations_.reserve(order(1), {{tea, 2}}).expires_at, first.expires_at);
    EXPECT_EQ(stock(tea), 3);
    EXPECT_EQ(violations(), 0);
  }
}

TEST_F(ReservationStore, the_pieces_of_a_cancelled_order_come_back_once) {
  const auto tea = add(5);
  const auto cup = add(2);
  reservations_.reserve(order(1), {{tea, 2}, {cup, 1}});
  reservations_.commit(order(1));
  products_.remove(cup, {});  // sold no more, and yet it comes back
  EXPECT_TRUE(take_back(order(1)));
  EXPECT_FALSE(take_back(order(1)));
  EXPECT_EQ(stock(tea), 5);
  EXPECT_EQ(ask("SELECT on_hand FROM products WHERE id = '" + cup + "'"), 2);
  EXPECT_EQ(ask("SELECT count(*) FROM stock_movements WHERE kind = 'returned' AND delta > 0 AND"
                " actor = 'order:" +
                order(1) + "'"),
            2);
  // A commit or a release that comes late finds the sale as it was.
  EXPECT_EQ(reservations_.commit(order(1)).state, "committed");
  EXPECT_EQ(problem([&] { reservations_.release(order(1)); }), "committed");
  EXPECT_EQ(stock(tea), 5);
  EXPECT_EQ(violations(), 0);
  EXPECT_EQ(broken_rows(), 0);
}

TEST_F(ReservationStore, nothing_comes_back_of_what_was_not_sold) {
  const auto tea = add(5);
  reservations_.reserve(order(1), {{tea, 1}});
  reservations_.reserve(order(2), {{tea, 2}});
  reservations_.release(order(2));
  for (int n = 1; n <= 3; ++n) EXPECT_FALSE(take_back(order(n)));
  EXPECT_EQ(stock(tea), 4);
  let_time_pass();
  reservations_.expire(10);
  EXPECT_FALSE(take_back(order(1)));
  EXPECT_EQ(stock(tea), 5);
  EXPECT_EQ(ask("SELECT count(*) FROM stock_movements WHERE kind = 'returned'"), 0);
  EXPECT_EQ(broken_rows(), 0);
}

TEST_F(ReservationStore, one_cancellation_in_many_threads_brings_the_pieces_back_once) {
  const auto tea = add(5);
  reservations_.reserve(order(1), {{tea, 3}});
  reservations_.commit(order(1));
  std::atomic<int> came_back{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (take_back(order(1))) ++came_back;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(came_back, 1);
  EXPECT_EQ(stock(tea), 5);
}

TEST_F(ReservationStore, two_hundred_requests_for_fifty_pieces_reserve_exactly_fifty) {
  const auto tea = add(50);
  std::atomic<int> next{0};
  std::atomic<int> reserved{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> buyers;
  for (int i = 0; i < 40; ++i) {
    buyers.emplace_back([&] {
      for (int n = next++; n < 200; n = next++) {
        std::string type;
        do {  // a busy machine cannot always open forty connections in time: buyers ask again
          type = problem([&] { reservations_.reserve(order(n), {{tea, 1}}); });
        } while (type == "unavailable");
        if (type.empty()) ++reserved;
        if (type == "out-of-stock") ++refused;
      }
    });
  }
  for (auto& buyer : buyers) buyer.join();
  EXPECT_EQ(reserved, 50);
  EXPECT_EQ(refused, 150);
  EXPECT_EQ(stock(tea), 0);
  EXPECT_EQ(violations(), 0);
}

TEST_F(ReservationStore, one_order_sent_from_many_threads_is_reserved_once) {
  const auto tea = add(50);
  std::vector<std::thread> senders;
  std::atomic<int> same{0};
  for (int i = 0; i < 10; ++i) {
    senders.emplace_back([&] {
      if (reservations_.reserve(order(1), {{tea, 2}}).total.amount == 500) ++same;
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(same, 10);
  EXPECT_EQ(stock(tea), 48);
}

/// Many threads do random things to few products; whatever the interleaving, the books hold, what
/// each caller was told is what is stored, and nothing ends in a deadlock.
TEST_F(ReservationStore, the_books_hold_after_any_history) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const std::vector<std::string> shelf{add(20), add(5), add(1), add(40)};
    std::map<std::string, std::int64_t> received;
    std::mutex mutex;
    std::map<std::string, std::vector<Want>> sold;
    std::map<std::string, int> returned;
    std::atomic<int> strange{0};
    const auto known = [](const std::string& type) {
      return type.empty() || type == "out-of-stock" || type == "released" || type == "committed" ||
             type == "conflict" || type == "not-found";
    };
    const auto work = [&](unsigned worker) {
      std::mt19937 dice{seed * 100 + worker};
      const auto roll = [&](int sides) {
        return static_cast<int>(dice() % static_cast<unsigned>(sides));
      };
      for (int step = 0; step < 60; ++step) {
        const auto id = chassis::seeded_id("history", std::to_string(seed),
                                           static_cast<std::uint64_t>(roll(60)));
        std::vector<Want> wants;
        for (const auto& product : shelf) {
          if (roll(2) == 0) wants.push_back({product, 1 + roll(3)});
        }
        if (wants.empty()) wants.push_back({shelf[0], 1});
        const auto type = problem([&] {
          switch (roll(7)) {
            case 0:
            case 1: reservations_.reserve(id, wants); break;
            case 2: {
              const auto committed = reservations_.commit(id);
              std::vector<Want> lines;
              for (const auto& line : committed.lines)
                lines.push_back({line.product_id, line.quantity});
              const std::lock_guard lock{mutex};
              const auto [before, first] = sold.emplace(id, lines);
              if (!first && before->second != lines) ++strange;
              break;
            }
            case 3: {
              reservations_.release(id);
              const std::lock_guard lock{mutex};
              if (sold.contains(id)) ++strange;  // it said sold, then let itself be undone
              break;
            }
            case 4:
              if (take_back(id)) {
                const std::lock_guard lock{mutex};
                ++returned[id];
              }
              break;
            case 5:
              let_time_pass();
              reservations_.expire(5);
              break;
            default: {
              const auto& product = shelf[static_cast<std::size_t>(roll(4))];
              const std::int64_t delta = roll(5) - 1;
              if (delta == 0) break;
              database_.database().write([&](Transaction& transaction) {
                PostgresProductChanges{transaction, "EUR"}.adjust(product, {delta, "count"},
                                                                  "test");
              });
              const std::lock_guard lock{mutex};
              received[product] += delta;
            }
          }
        });
        if (!known(type)) {
          ++strange;
          ADD_FAILURE() << "unexpected problem: " << type;
        }
      }
    };
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < 8; ++i) workers.emplace_back(work, i);
    for (auto& worker : workers) worker.join();
    EXPECT_EQ(strange, 0);
    EXPECT_EQ(violations(), 0);
    EXPECT_EQ(broken_rows(), 0);

    // The model: what was first there, plus what came, minus what was sold and not brought back,
    // is on hand.
    const std::vector<std::int64_t> initial{20, 5, 1, 40};
    for (std::size_t i = 0; i < shelf.size(); ++i) {
      auto expected = initial[i] + received[shelf[i]];
      for (const auto& [id, lines] : sold) {
        if (returned.contains(id)) continue;
        for (const auto& line : lines) {
          if (line.product_id == shelf[i]) expected -= line.quantity;
        }
      }
      EXPECT_EQ(ask("SELECT on_hand FROM products WHERE id = '" + shelf[i] + "'"), expected);
    }
    EXPECT_FALSE(sold.empty());
    EXPECT_FALSE(returned.empty());
    for (const auto& [id, times] : returned) {
      EXPECT_EQ(times, 1);
      EXPECT_TRUE(sold.contains(id));
    }
  }
}

}  // namespace
}  // namespace product
