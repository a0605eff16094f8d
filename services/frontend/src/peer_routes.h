#pragma once

#include <future>
#include <string>

#include "account.h"
#include "cart.h"
#include "catalogue.h"
#include "chassis/client.h"
#include "order.h"
#include "payment.h"
#include "stock.h"

namespace frontend {

/// The routes of the product service, as a Catalogue.
class ProductRoutes final : public Catalogue {
 public:
  explicit ProductRoutes(chassis::Client& client) : client_{client} {}

  std::future<ProductList> search(const Search& search) override;
  std::future<Product> find(const std::string& id) override;
  std::future<CategoryList> categories() override;
  std::future<WareList> wares(const std::vector<std::string>& ids) override;

 private:
  chassis::Client& client_;
};

/// The routes of the user service, as Accounts.
class UserRoutes final : public Accounts {
 public:
  explicit UserRoutes(chassis::Client& client) : client_{client} {}

  Session sign_in(const Credentials& credentials) override;
  void sign_up(const std::string& name, const Credentials& credentials) override;
  Renewal renew(const std::string& refresh_token) override;
  void sign_out(const std::string& refresh_token) override;
  void sign_out_everywhere() override;
  std::future<Account> mine() override;
  void rename(const std::string& name) override;

 private:
  chassis::Client& client_;
};

/// The routes of the order service about carts, as Carts.
class CartRoutes final : public Carts {
 public:
  explicit CartRoutes(chassis::Client& client) : client_{client} {}

  std::future<Cart> mine() override;
  void put(const std::string& product_id, std::int64_t quantity) override;
  void remove(const std::string& product_id) override;
  void empty() override;
  void merge(const std::string& guest_id) override;

 private:
  chassis::Client& client_;
};

/// The routes of the order service about orders, as Orders.
class OrderRoutes final : public Orders {
 public:
  explicit OrderRoutes(chassis::Client& client) : client_{client} {}

  Outcome place(const Purchase& purchase, const std::string& key) override;
  std::future<OrderList> list(const std::string& cursor) override;
  std::future<Order> find(const std::string& id) override;
  void cancel(const std::string& id, const std::string& key) override;

 private:
  chassis::Client& client_;
};

/// The routes of the payment service, as Payments.
class PaymentRoutes final : public Payments {
 public:
  explicit PaymentRoutes(chassis::Client& client) : client_{client} {}

  std::future<CardForm> card_form() override;

 private:
  chassis::Client& client_;
};

/// The routes of the product service for administrators, as Storeroom.
class StoreRoutes final : public Storeroom {
 public:
  explicit StoreRoutes(chassis::Client& client) : client_{client} {}

  Product add(const ProductDraft& draft, const std::string& key) override;
  void change(const std::string& id, const ProductEdit& edit, std::int64_t seen) override;
  void move(const std::string& id, const StockChange& change, const std::string& key) override;

 private:
  chassis::Client& client_;
};

/// All that pages ask for, by the services that have it.
struct Peers {
  UserRoutes accounts;
  ProductRoutes catalogue;
  StoreRoutes storeroom;
  CartRoutes carts;
  OrderRoutes orders;
  PaymentRoutes payments;

  Peers(chassis::Client& user, chassis::Client& product, chassis::Client& order,
        chassis::Client& payment)
      : accounts{user},
        catalogue{product},
        storeroom{product},
        carts{order},
        orders{order},
        payments{payment} {}
};

}  // namespace frontend
