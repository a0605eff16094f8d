#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fakes.h"
#include "order.h"
#include "payment.h"
#include "stock.h"

namespace frontend {

constexpr auto order_id = "0190a000-0000-7000-8000-0000000000d1";

/// A confirmed order of two teas.
inline Order some_order() {
  Order order;
  order.id = order_id;
  order.status = "confirmed";
  order.items = {{tea_id, "Rize <tea>", 2, {990, "EUR"}, {1980, "EUR"}}};
  order.total = {1980, "EUR"};
  order.payment = OrderPayment{"captured", "visa", "4242"};
  order.ship_to = Address{"Ada <L>", "Road 1", "12345", "Rize", "Türkiye"};
  order.created_at = "2026-11-21T08:15:30Z";
  order.confirmed_at = "2026-11-21T08:15:31Z";
  return order;
}

/// Orders of one caller in memory, with the promises written on Orders.
class FakeOrders final : public Orders {
 public:
  explicit FakeOrders(FakeCarts& carts) : carts_{carts} {}

  Outcome next;                               // what becomes of the next purchase
  std::optional<chassis::Error> trouble;      // thrown instead, while it is set
  std::map<std::string, Outcome> outcomes;    // by key
  std::map<std::string, Purchase> purchases;  // by key
  int placed = 0;
  std::vector<Order> orders;
  std::optional<std::string> next_cursor;
  std::vector<std::string> cursors;
  std::vector<std::string> cancel_keys;
  std::optional<chassis::Error> cancel_trouble;

  Outcome place(const Purchase& purchase, const std::string& key) override {
    check();
    const auto known = purchases.emplace(key, purchase);
    if (!known.second && (known.first->second.card_token != purchase.card_token ||
                          known.first->second.expected_total != purchase.expected_total)) {
      throw chassis::Error{chassis::ErrorCode::key_reused, "another purchase"};
    }
    if (known.second) {
      ++placed;
      outcomes[key] = next;
      if (next.kind == Outcome::Kind::placed) {
        carts_.empty();
      }
    }
    return outcomes[key];
  }

  std::future<OrderList> list(const std::string& cursor) override {
    cursors.push_back(cursor);
    if (trouble) {
      return failed<OrderList>(*trouble);
    }
    if (cursor == "broken") {
      return failed<OrderList>(chassis::Error{{{"?cursor", "is none of ours"}}});
    }
    return ready(OrderList{orders, next_cursor});
  }

  std::future<Order> find(const std::string& id) override {
    if (trouble) {
      return failed<Order>(*trouble);
    }
    for (const auto& order : orders) {
      if (order.id == id) {
        return ready(order);
      }
    }
    return failed<Order>({chassis::ErrorCode::not_found, "no such order"});
  }

  void cancel(const std::string& id, const std::string& key) override {
    check();
    cancel_keys.push_back(key);
    if (cancel_trouble) {
      throw *cancel_trouble;
    }
    find(id).get();
    for (auto& order : orders) {
      order.status = "cancelled";
      order.cancelled_at = "2026-11-22T09:00:00Z";
      order.refund = order.total;
    }
  }

 private:
  void check() const {
    if (trouble) {
      throw *trouble;
    }
  }

  FakeCarts& carts_;
};

class FakePayments final : public Payments {
 public:
  CardForm form = {"/bank/v1/tokens",
                   {{"card_number", "Card number", "cc-number", "numeric", "[0-9 ]{13,23}",
                     "4242 4242 4242 4242", 23},
                    {"expiry", "Good until", "cc-exp", "numeric", "", "MM/YY", 5},
                    {"cvc", "Check digits", "cc-csc", "numeric", "", "", 4}}};
  bool away = false;

  std::future<CardForm> card_form() override {
    return away ? failed<CardForm>({chassis::ErrorCode::unavailable, "payment is away"})
                : ready(form);
  }
};

/// Changes the goods of a FakeCatalogue, with the promises written on Storeroom.
class FakeStoreroom final : public Storeroom {
 public:
  explicit FakeStoreroom(FakeCatalogue& catalogue) : catalogue_{catalogue} {}

  std::optional<chassis::Error> trouble;
  std::vector<std::string> keys;

  Product add(const ProductDraft& draft, const std::string& key) override {
    check(key);
    if (draft.name.empty()) {
      throw chassis::Error{{{"/name", "must have 1 to 120 characters"}}};
    }
    catalogue_.products.push_back({"0190a000-0000-7000-8000-0000000000aa", "new", draft.name,
                                   draft.description, draft.category, draft.price, draft.stock, "",
                                   1});
    return catalogue_.products.back();
  }

  void change(const std::string& id, const ProductEdit& edit, std::int64_t seen) override {
    check("");
    auto& product = *catalogue_.at(id);
    if (product.version != seen) {
      throw chassis::Error{chassis::ErrorCode::precondition_failed, "changed"};
    }
    product.name = edit.name;
    product.description = edit.description;
    product.price = edit.price;
    ++product.version;
  }

  void move(const std::string& id, const StockChange& change, const std::string& key) override {
    check(key);
    auto& product = *catalogue_.at(id);
    if (change.reason.empty()) {
      throw chassis::Error{{{"/reason", "must have 1 to 200 characters"}}};
    }
    if (product.stock + change.delta < 0) {
      throw chassis::Error{chassis::ErrorCode::conflict, "too few"}.type("out-of-stock");
    }
    product.stock += change.delta;
  }

 private:
  void check(const std::string& key) {
    keys.push_back(key);
    if (trouble) {
      throw *trouble;
    }
  }

  FakeCatalogue& catalogue_;
};

}  // namespace frontend
