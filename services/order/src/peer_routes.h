#pragma once

#include <string>
#include <vector>

#include "chassis/client.h"
#include "payments.h"
#include "stock.h"

namespace order {

/// The routes of the product service, as Stock. What does not fit what was asked, or has prices in
/// another currency than the shop's, is no usable answer.
class ProductRoutes final : public Stock {
 public:
  ProductRoutes(chassis::Client& client, std::string currency)
      : client_{client}, currency_{std::move(currency)} {}

  std::vector<Goods> look(const std::vector<std::string>& product_ids) override;
  Reservation reserve(const std::string& order_id, const std::vector<Line>& lines) override;
  void commit(const std::string& order_id) override;
  void release(const std::string& order_id) override;

 private:
  chassis::Client& client_;
  std::string currency_;
};

/// The routes of the payment service, as Payments. What does not fit what was asked is no usable
/// answer.
class PaymentRoutes final : public Payments {
 public:
  explicit PaymentRoutes(chassis::Client& client) : client_{client} {}

  Payment charge(const Charge& charge) override;
  void give_back(const std::string& order_id) override;
  void refund(const std::string& order_id, const chassis::Money& amount) override;

 private:
  chassis::Client& client_;
};

}  // namespace order
