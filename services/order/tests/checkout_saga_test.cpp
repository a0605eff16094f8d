#include "checkout_saga.h"

#include <future>
#include <random>

#include "shop.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// Orders two of one product for 500 cents altogether, by way of the saga alone.
class CheckoutSaga : public ShopTest {
 protected:
  CheckoutSaga() { put(tea_, 2); }

  std::string begin(const std::string& token = "tok", std::int64_t expected = 500) {
    return replica_.database.write([&](chassis::Transaction& transaction) {
      const auto order = replica_.checkouts->begin(transaction, {ada, "key", {}});
      replica_.sagas.start(transaction, checkout_saga, order.id,
                           R"({"card_token":")" + token + R"(","expected_total":{"amount":)" +
                               std::to_string(expected) + R"(,"currency":"EUR"}})");
      return order.id;
    });
  }
  /// Works on it until it has ended, as the background would.
  Order finish(const std::string& id, Replica& replica) {
    replica.sagas.run(checkout_saga, id, 60s);
    return replica.checkouts->find(id);
  }
  Order finish(const std::string& id) { return finish(id, replica_); }

  void expect_bought(const Order& order) {
    EXPECT_EQ(order.status, Status::confirmed);
    EXPECT_EQ(world_.payments->held(order.id), 500);
    EXPECT_EQ(world_.payments->captures(), 1);
    EXPECT_EQ(world_.stock->sold(tea_), 2);
    EXPECT_EQ(world_.stock->available(tea_), 8);
    EXPECT_EQ(events("order.confirmed"), 1);
    EXPECT_TRUE(cart().empty());
    expect_balanced();
  }
  void expect_nothing_bought(const Order& order, Status status, const std::string& problem) {
    EXPECT_EQ(order.status, status);
    EXPECT_EQ(order.problem ? order.problem->type() : "", problem);
    EXPECT_EQ(world_.payments->held(order.id), 0);
    EXPECT_EQ(world_.stock->sold(tea_), 0);
    EXPECT_EQ(world_.stock->available(tea_), 10);
    EXPECT_EQ(events("order.confirmed"), 0);
    ASSERT_EQ(cart().size(), 1U);
    EXPECT_EQ(cart()[0].quantity, 2);
    expect_balanced();
  }

  std::string tea_ = world_.stock->add("Tea", 250, 10);
};

TEST_F(CheckoutSaga, reserves_charges_sells_confirms_and_tells) {
  const auto order = finish(begin());
  expect_bought(order);
  ASSERT_TRUE(order.payment);
  EXPECT_EQ(order.payment->status, "captured");
  EXPECT_EQ(order.payment->brand, "visa");
  EXPECT_EQ(order.payment->bank_reference, "bank-" + order.id);
  EXPECT_TRUE(order.confirmed_at);
  const auto event = text("SELECT data FROM chassis.outbox WHERE type = 'order.confirmed'");
  EXPECT_EQ(member(event, "order_id"), order.id);
  EXPECT_EQ(text("SELECT person FROM chassis.outbox"), ada);
}

TEST_F(CheckoutSaga, what_the_reservation_says_is_what_is_charged) {
  const auto id = begin("tok", 520);  // what the page showed; the cart remembers an older price
  world_.stock->reprice(tea_, 260);
  const auto order = finish(id);
  EXPECT_EQ(order.status, Status::confirmed);
  EXPECT_EQ(order.total.amount, 520);
  EXPECT_EQ(order.lines.at(0).unit_price.amount, 260);
  EXPECT_EQ(world_.payments->held(id), 520);
  expect_balanced();
}

TEST_F(CheckoutSaga, another_price_than_expected_charges_nothing_and_says_what_is_asked) {
  const auto id = begin();
  world_.stock->reprice(tea_, 260);
  const auto order = finish(id);
  expect_nothing_bought(order, Status::failed, "price-changed");
  EXPECT_EQ(world_.payments->captures(), 0);
  EXPECT_EQ(order.problem->members(),
            R"("total":{"amount":520,"currency":"EUR"},"lines":[{"product_id":")" + tea_ +
                R"(","name":"Tea","quantity":2,"unit_price":{"amount":260,"currency":"EUR"}}])");
}

TEST_F(CheckoutSaga, a_lower_price_than_expected_is_not_charged_unasked_either) {
  const auto id = begin();
  world_.stock->reprice(tea_, 1);
  EXPECT_EQ(finish(id).problem->type(), "price-changed");
}

TEST_F(CheckoutSaga, too_little_stock_charges_nothing_and_names_each_short_line) {
  const auto id = begin();
  world_.stock->set_available(tea_, 1);
  const auto order = finish(id);
  EXPECT_EQ(order.status, Status::failed);
  EXPECT_EQ(order.problem->type(), "out-of-stock");
  EXPECT_EQ(order.problem->members(),
            R"("lines":[{"product_id":")" + tea_ + R"(","requested":2,"available":1}])");
  EXPECT_EQ(world_.payments->captures(), 0);
  EXPECT_EQ(world_.stock->available(tea_), 1);
  expect_balanced();
}

TEST_F(CheckoutSaga, a_declined_card_ends_the_order_and_frees_the_pieces) {
  expect_nothing_bought(finish(begin("declined")), Status::declined, "declined");
}

TEST_F(CheckoutSaga, a_card_without_funds_ends_the_order_and_frees_the_pieces) {
  expect_nothing_bought(finish(begin("no-funds")), Status::declined, "no-funds");
}

TEST_F(CheckoutSaga, a_charge_that_is_refused_for_another_reason_fails_the_order) {
  const auto id = begin();
  world_.payments->give_back(id);  // from now on it says "voided"
  expect_nothing_bought(finish(id), Status::failed, "checkout-failed");
}

TEST_F(CheckoutSaga, a_reservation_that_is_refused_for_another_reason_fails_the_order) {
  const auto id = begin();
  world_.stock->release(id);
  expect_nothing_bought(finish(id), Status::failed, "checkout-failed");
}

TEST_F(CheckoutSaga, pieces_that_went_before_they_were_sold_give_the_money_back) {
  const auto id = begin();
  world_.stock->faults.before("commit", [&] {
    world_.stock->expire();
    world_.stock->set_available(tea_, 1);
  });
  const auto order = finish(id);
  EXPECT_EQ(order.status, Status::failed);
  EXPECT_EQ(order.problem->type(), "out-of-stock");
  EXPECT_THAT(order.problem->members(), HasSubstr(R"("available":1)"));
  EXPECT_EQ(world_.payments->captures(), 1);
  EXPECT_EQ(world_.payments->refunds(), 1);
  ASSERT_TRUE(order.payment);
  EXPECT_EQ(order.payment->status, "voided");
  EXPECT_EQ(cart().size(), 1U);
  expect_balanced();
}

TEST_F(CheckoutSaga, pieces_that_expired_but_are_still_there_are_sold) {
  const auto id = begin();
  world_.stock->faults.before("commit", [&] { world_.stock->expire(); });
  expect_bought(finish(id));
}

TEST_F(CheckoutSaga, a_reservation_that_was_lost_gives_the_money_back) {
  const auto id = begin();
  world_.stock->faults.before("commit", [] {
    throw Error{ErrorCode::not_found, "no such reservation"};
  });
  expect_nothing_bought(finish(id), Status::failed, "checkout-failed");
}

TEST_F(CheckoutSaga, a_failure_before_or_after_any_step_is_made_good_by_asking_again) {
  for (const auto* call : {"reserve", "charge", "commit"}) {
    for (const bool done : {false, true}) {
      run("TRUNCATE orders, order_lines, chassis.sagas, chassis.outbox");
      world_.stock = std::make_shared<FakeStock>();
      world_.payments = std::make_shared<FakePayments>();
      tea_ = world_.stock->add("Tea", 250, 10);
      Replica replica{world_};
      for (auto* faults : {&world_.stock->faults, &world_.payments->faults}) {
        if (done) {
          faults->after(call, Faults::times(3));
        } else {
          faults->before(call, Faults::times(3));
        }
      }
      run("DELETE FROM cart_lines");
      put(tea_, 2);
      SCOPED_TRACE(std::string{call} + (done ? " done" : " not done"));
      expect_bought(finish(begin(), replica));
    }
  }
}

TEST_F(CheckoutSaga, a_failure_before_or_after_any_undoing_is_made_good_by_asking_again) {
  for (const auto* call : {"give_back", "release"}) {
    for (const bool done : {false, true}) {
      run("TRUNCATE orders, order_lines, carts, cart_lines, chassis.sagas, chassis.outbox");
      world_.stock = std::make_shared<FakeStock>();
      world_.payments = std::make_shared<FakePayments>();
      tea_ = world_.stock->add("Tea", 250, 10);
      Replica replica{world_};
      for (auto* faults : {&world_.stock->faults, &world_.payments->faults}) {
        if (done) {
          faults->after(call, Faults::times(3));
        } else {
          faults->before(call, Faults::times(3));
        }
      }
      world_.stock->faults.before("commit", [] {
        throw Error{ErrorCode::not_found, "no such reservation"};
      });
      put(tea_, 2);
      SCOPED_TRACE(std::string{call} + (done ? " done" : " not done"));
      expect_nothing_bought(finish(begin(), replica), Status::failed, "checkout-failed");
    }
  }
}

TEST_F(CheckoutSaga, a_charge_that_stays_unknown_is_given_up_and_given_back) {
  const auto id = begin();
  world_.payments->faults.after("charge", [&] {
    world_.clock.put_forward(give_up_after);
    throw Error{ErrorCode::timeout, "the bank takes its time"};
  });
  expect_nothing_bought(finish(id), Status::failed, "checkout-failed");
  EXPECT_EQ(world_.payments->refunds(), 1);
}

TEST_F(CheckoutSaga, a_reservation_that_stays_unknown_is_given_up_and_released) {
  const auto id = begin();
  world_.stock->faults.after("reserve", [&] {
    world_.clock.put_forward(give_up_after);
    throw Error{ErrorCode::unavailable, "product is away"};
  });
  expect_nothing_bought(finish(id), Status::failed, "checkout-failed");
}

TEST_F(CheckoutSaga, once_charged_it_is_never_given_up_since_the_pieces_may_be_sold) {
  const auto id = begin();
  int tries = 0;
  world_.stock->faults.after("commit", [&] {
    world_.clock.put_forward(give_up_after);
    if (++tries < 4) throw Error{ErrorCode::timeout, "product takes its time"};
  });
  expect_bought(finish(id));
}

TEST_F(CheckoutSaga, another_replica_goes_on_after_any_step) {
  const auto token = "token-that-nobody-keeps";
  for (const auto* call : {"reserve", "charge", "commit"}) {
    run("TRUNCATE orders, order_lines, carts, cart_lines, chassis.sagas, chassis.outbox");
    world_.stock = std::make_shared<FakeStock>();
    world_.payments = std::make_shared<FakePayments>();
    tea_ = world_.stock->add("Tea", 250, 10);
    put(tea_, 2);
    SCOPED_TRACE(call);
    const auto id = begin(token);
    {
      Replica dying{world_};
      for (auto* faults : {&world_.stock->faults, &world_.payments->faults}) {
        faults->after(call, Faults::always());
      }
      dying.sagas.run(checkout_saga, id, 300ms);
      EXPECT_EQ(dying.checkouts->find(id).status, Status::pending);
    }
    world_.stock->faults.clear();
    world_.payments->faults.clear();
    Replica heir{world_};
    heir.sagas.begin();
    wait_until([&] { return heir.checkouts->find(id).status == Status::confirmed; });
    heir.sagas.stop();
    expect_bought(heir.checkouts->find(id));
  }
}

TEST_F(CheckoutSaga, a_replica_that_stalls_and_comes_back_late_does_nothing_twice) {
  const auto id = begin();
  std::promise<void> stalled;
  std::promise<void> go_on;
  auto resumed = go_on.get_future().share();
  std::atomic<bool> first{true};
  world_.payments->faults.after("charge", [&] {
    if (!first.exchange(false)) return;
    stalled.set_value();
    resumed.wait();
  });
  Replica stalling{world_, {{"SAGA_LEASE_MS", "200"}, {"SAGA_STEP_MS", "100"}}};
  std::thread late{[&] { stalling.sagas.run(checkout_saga, id, 60s); }};
  stalled.get_future().wait();
  expect_bought(finish(id));
  go_on.set_value();
  late.join();
  expect_bought(replica_.checkouts->find(id));
}

TEST_F(CheckoutSaga, what_costs_nothing_is_not_charged) {
  world_.stock->reprice(tea_, 0);
  run("UPDATE cart_lines SET unit_price = 0");
  const auto order = finish(begin("tok", 0));
  EXPECT_EQ(order.status, Status::confirmed);
  EXPECT_FALSE(order.payment);
  EXPECT_EQ(world_.payments->captures(), 0);
  EXPECT_EQ(world_.stock->sold(tea_), 2);
}

TEST_F(CheckoutSaga, whatever_fails_it_ends_bought_or_compensated) {
  std::minstd_rand random{20261121};
  const std::vector<const char*> calls{"reserve", "charge", "commit", "release", "give_back"};
  for (int round = 0; round < 40; ++round) {
    run("DELETE FROM cart_lines");
    put(tea_, 1 + static_cast<std::int64_t>(random() % 3));
    const auto fault = [&random](int most) {
      return Faults::times(static_cast<int>(random() % static_cast<unsigned>(most + 1)));
    };
    for (const auto* call : calls) {
      for (auto* faults : {&world_.stock->faults, &world_.payments->faults}) {
        faults->before(call, fault(2));
        faults->after(call, fault(2));
      }
    }
    const auto* token = random() % 4 == 0 ? "declined" : "tok";
    const auto expected = cart()[0].quantity * (random() % 5 == 0 ? 251 : 250);
    const auto order = finish(begin(token, expected));
    run("UPDATE orders SET request_key = NULL");
    EXPECT_NE(order.status, Status::pending);
  }
  expect_balanced();
}

}  // namespace
}  // namespace order
