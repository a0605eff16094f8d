#pragma once

#include <string>
#include <vector>

#include "chassis/client.h"
#include "stock.h"

namespace order {

/// The routes of the product service, as Stock. Prices in another currency than the shop's are no
/// usable answer.
class ProductRoutes final : public Stock {
 public:
  ProductRoutes(chassis::Client& client, std::string currency)
      : client_{client}, currency_{std::move(currency)} {}

  std::vector<Goods> look(const std::vector<std::string>& product_ids) override;

 private:
  chassis::Client& client_;
  std::string currency_;
};

}  // namespace order
