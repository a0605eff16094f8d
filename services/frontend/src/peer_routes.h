#pragma once

#include <future>
#include <string>

#include "account.h"
#include "catalogue.h"
#include "chassis/client.h"

namespace frontend {

/// The routes of the product service, as a Catalogue.
class ProductRoutes final : public Catalogue {
 public:
  explicit ProductRoutes(chassis::Client& client) : client_{client} {}

  std::future<ProductList> search(const Search& search) override;
  std::future<Product> find(const std::string& id) override;
  std::future<CategoryList> categories() override;

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

}  // namespace frontend
