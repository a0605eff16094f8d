#include "order_store.h"

#include "shop.h"

namespace order {
namespace {

/// What the database itself refuses, whoever writes.
class OrderStore : public ShopTest {
 protected:
  OrderStore() {
    put(tea_, 2);
    id_ = id_of(order(draft(500)));
  }
  Order load(const std::string& id) { return replica_.checkouts->find(id); }
  static bool refuses(const std::string& sql) {
    try {
      run(sql);
    } catch (const chassis::Error& error) {
      return error.code() == chassis::ErrorCode::conflict;
    }
    return false;
  }

  std::string tea_ = world_.stock->add("Tea", 250);
  std::string id_;
};

TEST_F(OrderStore, a_total_is_the_sum_of_its_lines) {
  EXPECT_TRUE(refuses("UPDATE order_lines SET quantity = 3"));
  EXPECT_TRUE(refuses("UPDATE order_lines SET unit_price = 251"));
  EXPECT_TRUE(refuses("DELETE FROM order_lines"));
  EXPECT_TRUE(refuses("INSERT INTO order_lines SELECT order_id, '" + ada +
                      "', 2, name, quantity, unit_price FROM order_lines"));
  EXPECT_TRUE(
      refuses("INSERT INTO orders (id, customer, currency, tax_percent, total)"
              " VALUES (gen_random_uuid(), gen_random_uuid(), 'EUR', 20, 1)"));
}

TEST_F(OrderStore, an_order_goes_one_way) {
  for (const auto* status : {"pending", "declined", "failed", "cancelled", "lost"}) {
    EXPECT_TRUE(refuses("UPDATE orders SET status = '" + std::string{status} + "'")) << status;
  }
  EXPECT_TRUE(
      refuses("UPDATE orders SET status = 'cancelled', cancelled_at = now(),"
              " refund = total, payment_status = 'refunded'"));
  EXPECT_EQ(cancel(id_).status, 200);
  for (const auto* status : {"pending", "confirmed", "cancelling"}) {
    EXPECT_TRUE(
        refuses("UPDATE orders SET cancelled_at = NULL, refund = NULL,"
                " payment_status = 'captured', status = '" +
                std::string{status} + "'"))
        << status;
  }
}

TEST_F(OrderStore, what_was_agreed_stays) {
  EXPECT_TRUE(refuses("UPDATE orders SET customer = gen_random_uuid()"));
  EXPECT_TRUE(refuses("UPDATE orders SET currency = 'USD'"));
  EXPECT_TRUE(refuses("UPDATE orders SET tax_percent = 0"));
  EXPECT_TRUE(refuses("BEGIN; UPDATE order_lines SET quantity = 1; UPDATE orders SET total = 250"));
}

TEST_F(OrderStore, money_is_told_as_it_is) {
  EXPECT_TRUE(refuses("UPDATE orders SET payment_status = 'voided'"));
  EXPECT_TRUE(
      refuses("UPDATE orders SET payment_status = NULL, brand = NULL, last4 = NULL,"
              " bank_reference = NULL"));
  EXPECT_TRUE(refuses("UPDATE orders SET brand = NULL"));
  EXPECT_TRUE(refuses("UPDATE orders SET refund = 1"));
  EXPECT_TRUE(refuses("UPDATE orders SET confirmed_at = NULL"));
  EXPECT_TRUE(refuses("UPDATE orders SET last4 = '42424242'"));
  EXPECT_EQ(cancel(id_).status, 200);
  EXPECT_TRUE(refuses("UPDATE orders SET refund = total + 1"));
  EXPECT_TRUE(refuses("UPDATE orders SET refund = NULL"));
}

TEST_F(OrderStore, one_request_makes_one_order) {
  EXPECT_TRUE(
      refuses("INSERT INTO orders (id, customer, request_key, currency, tax_percent, total)"
              " SELECT gen_random_uuid(), customer, request_key, 'EUR', 20, 0 FROM orders"));
}

TEST_F(OrderStore, quantities_and_prices_have_limits) {
  EXPECT_TRUE(refuses("UPDATE order_lines SET quantity = 100"));
  EXPECT_TRUE(refuses("UPDATE order_lines SET quantity = 0"));
  EXPECT_TRUE(refuses("UPDATE order_lines SET unit_price = -1"));
}

TEST_F(OrderStore, every_change_counts) {
  const auto before = load(id_).version;
  run("UPDATE orders SET ship_name = 'a', ship_street = 'b', ship_postcode = 'c', ship_city = 'd',"
      " ship_country = 'e'");
  EXPECT_EQ(load(id_).version, before + 1);
  EXPECT_TRUE(refuses("UPDATE orders SET ship_city = NULL"));
}

}  // namespace
}  // namespace order
