#include "peer_routes.h"

#include <algorithm>

#include "peer_json.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;

Error unusable(const std::string& peer) {
  return {ErrorCode::unavailable, peer + " gave no usable answer"};
}

}  // namespace

std::vector<Goods> ProductRoutes::look(const std::vector<std::string>& product_ids) {
  std::string ids;
  for (const auto& id : product_ids) ids += (ids.empty() ? "" : ",") + id;
  const auto reply = client_.get("/internal/products?ids=" + ids);
  if (!reply.ok()) throw chassis::error_from(reply, client_.peer());
  auto goods = read_answer<GoodsList>(reply.body, client_.peer()).items;
  const auto priced = [&](const Goods& each) { return each.unit_price.currency == currency_; };
  if (!std::all_of(goods.begin(), goods.end(), priced)) throw unusable(client_.peer());
  return goods;
}

}  // namespace order
