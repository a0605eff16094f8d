#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "account.h"
#include "cart.h"
#include "catalogue.h"
#include "chassis/context.h"
#include "chassis/error.h"

namespace frontend {

constexpr auto tea_id = "0190a000-0000-7000-8000-000000000001";
constexpr auto lamp_id = "0190a000-0000-7000-8000-000000000002";
constexpr auto ada_id = "0190a000-0000-7000-8000-00000000ada0";

template <typename Value>
std::future<Value> ready(Value value) {
  std::promise<Value> promise;
  promise.set_value(std::move(value));
  return promise.get_future();
}

template <typename Value>
std::future<Value> failed(const chassis::Error& error) {
  std::promise<Value> promise;
  promise.set_exception(std::make_exception_ptr(error));
  return promise.get_future();
}

/// Goods in memory, with the promises written on Catalogue.
class FakeCatalogue final : public Catalogue {
 public:
  std::vector<Product> products = {{tea_id,
                                    "rize-tea",
                                    "Rize <tea>",
                                    "Black tea.\nFirst flush.",
                                    "teas",
                                    {990, "EUR"},
                                    3,
                                    "/pictures/teas/" + std::string{tea_id} + ".svg",
                                    7},
                                   {lamp_id,
                                    "mosaic-lamp",
                                    "Mosaic lamp",
                                    "Glass.",
                                    "lamps",
                                    {4900, "EUR"},
                                    0,
                                    "https://elsewhere.example/lamp.png",
                                    4}};
  std::optional<std::string> next_cursor;
  bool products_away = false;
  bool categories_away = false;
  std::vector<Search> searches;

  std::future<ProductList> search(const Search& search) override {
    searches.push_back(search);
    if (products_away) {
      return failed<ProductList>({chassis::ErrorCode::unavailable, "product is away"});
    }
    if (search.cursor == "broken") {
      return failed<ProductList>(chassis::Error{{{"?cursor", "is none of ours"}}});
    }
    ProductList list;
    for (const auto& product : products) {
      if (search.category.empty() || search.category == product.category) {
        list.items.push_back(product);
      }
    }
    list.next_cursor = next_cursor;
    return ready(list);
  }

  std::future<Product> find(const std::string& id) override {
    if (products_away) {
      return failed<Product>({chassis::ErrorCode::timeout, "product is late"});
    }
    for (const auto& product : products) {
      if (product.id == id) {
        return ready(product);
      }
    }
    return failed<Product>({chassis::ErrorCode::not_found, "no such product"});
  }

  Product* at(const std::string& id) {
    for (auto& product : products) {
      if (product.id == id) {
        return &product;
      }
    }
    throw chassis::Error{chassis::ErrorCode::not_found, "no such product"};
  }

  std::future<CategoryList> categories() override {
    if (categories_away) {
      return failed<CategoryList>({chassis::ErrorCode::unavailable, "product is away"});
    }
    return ready(CategoryList{{{"teas", "Teas"}, {"lamps", "Lamps"}}});
  }

  std::future<WareList> wares(const std::vector<std::string>& ids) override {
    if (products_away) {
      return failed<WareList>({chassis::ErrorCode::unavailable, "product is away"});
    }
    WareList list;
    for (const auto& product : products) {
      if (std::find(ids.begin(), ids.end(), product.id) != ids.end()) {
        list.items.push_back({product.id, product.slug, product.category, product.image_url});
      }
    }
    return ready(list);
  }
};

/// One account, Ada's, with the promises written on Accounts.
class FakeAccounts final : public Accounts {
 public:
  std::string name = "Ada";
  std::string password = "caravan-of-tea-42";
  std::string refresh_token = "refresh-1";
  bool away = false;
  bool slow_down = false;
  int renewals = 0;
  int everywhere = 0;
  std::string last_address;

  Session sign_in(const Credentials& credentials) override {
    check_away();
    last_address = credentials.address;
    if (slow_down) {
      throw chassis::Error{chassis::ErrorCode::too_many_requests, "too many"}.retry_after(40);
    }
    if (credentials.email != "ada@example.com" || credentials.password != password) {
      throw chassis::Error{chassis::ErrorCode::unauthenticated, "no"};
    }
    return next_session();
  }

  void sign_up(const std::string& wanted, const Credentials& credentials) override {
    check_away();
    if (credentials.email == "taken@example.com") {
      throw chassis::Error{chassis::ErrorCode::conflict, "taken"};
    }
    if (credentials.password.size() < 12) {
      throw chassis::Error{{{"/password", "must be at least 12 characters"}}};
    }
    name = wanted;
    password = credentials.password;
  }

  Renewal renew(const std::string& token) override {
    check_away();
    if (token != refresh_token) {
      throw chassis::Error{chassis::ErrorCode::unauthenticated, "over"};
    }
    ++renewals;
    return {next_session(), account()};
  }

  void sign_out(const std::string& token) override {
    check_away();
    if (token == refresh_token) {
      refresh_token = "none";
    }
  }

  void sign_out_everywhere() override {
    check_caller();
    ++everywhere;
    refresh_token = "none";
  }

  std::future<Account> mine() override {
    try {
      check_caller();
    } catch (const chassis::Error& error) {
      return failed<Account>(error);
    }
    return ready(account());
  }

  void rename(const std::string& wanted) override {
    check_caller();
    if (wanted.empty()) {
      throw chassis::Error{{{"/name", "must have 1 to 100 characters"}}};
    }
    name = wanted;
  }

 private:
  void check_away() const {
    if (away) {
      throw chassis::Error{chassis::ErrorCode::unavailable, "user is away"};
    }
  }

  /// The caller comes with the thread's context, as a peer gets it from the client.
  void check_caller() const {
    check_away();
    if (!chassis::Context::current().caller) {
      throw chassis::Error{chassis::ErrorCode::unauthenticated, "nobody"};
    }
  }

  Session next_session() {
    refresh_token += "x";
    return {"access-token", 600, refresh_token, ada_id, "admin"};
  }

  Account account() const {
    return {ada_id, "ada@example.com", name, "admin", "2026-11-21T08:15:30Z"};
  }
};

/// Carts in memory, of callers and guests, with the promises written on Carts.
class FakeCarts final : public Carts {
 public:
  explicit FakeCarts(const FakeCatalogue& catalogue) : catalogue_{catalogue} {}

  std::map<std::string, std::map<std::string, std::int64_t>> carts;  // owner -> product -> pieces
  bool away = false;
  bool full = false;
  int merges = 0;

  std::future<Cart> mine() override {
    try {
      return ready(cart_of(owner()));
    } catch (const chassis::Error& error) {
      return failed<Cart>(error);
    }
  }

  void put(const std::string& product_id, std::int64_t quantity) override {
    auto& cart = carts[owner()];
    product(product_id);
    if (full) {
      throw chassis::Error{chassis::ErrorCode::conflict, "a cart holds at most 50 products"};
    }
    cart[product_id] = quantity;
  }

  void remove(const std::string& product_id) override { carts[owner()].erase(product_id); }

  void empty() override { carts[owner()].clear(); }

  void merge(const std::string& guest_id) override {
    auto& cart = carts[owner()];
    ++merges;
    for (const auto& [product_id, quantity] : carts[guest_id]) {
      cart[product_id] += quantity;
    }
    carts[guest_id].clear();
  }

  Cart cart_of(const std::string& owner) {
    Cart cart{{}, {0, "EUR"}};
    for (const auto& [product_id, quantity] : carts[owner]) {
      const auto& found = product(product_id);
      const auto total = found.price * quantity;
      cart.items.push_back({product_id, found.name, quantity, found.price, total, found.stock});
      cart.total = cart.total + total;
    }
    return cart;
  }

 private:
  std::string owner() const {
    if (away) {
      throw chassis::Error{chassis::ErrorCode::unavailable, "order is away"};
    }
    const auto& context = chassis::Context::current();
    if (!context.caller && context.guest_id.empty()) {
      throw chassis::Error{chassis::ErrorCode::unauthenticated, "nobody's cart"};
    }
    return context.caller ? context.caller->user_id : context.guest_id;
  }

  const Product& product(const std::string& id) const {
    for (const auto& product : catalogue_.products) {
      if (product.id == id) {
        return product;
      }
    }
    throw chassis::Error{chassis::ErrorCode::not_found, "no such product"};
  }

  const FakeCatalogue& catalogue_;
};

}  // namespace frontend
