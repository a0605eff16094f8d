#include "cart_routes.h"

#include "cart_json.h"
#include "chassis/auth.h"

namespace order {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Request;
using chassis::Response;

constexpr auto cart_path = "/v1/cart";
constexpr auto item_path = "/v1/cart/items/{product_id}";

struct Desk {
  std::shared_ptr<Carts> carts;
  std::shared_ptr<Stock> stock;
  std::string currency;
};

/// Who has signed in has one cart, whatever guest they were.
Owner owner_of(const Request& request) {
  const auto& context = request.context;
  if (context.caller) return {Owner::Kind::user, context.caller->user_id};
  if (!context.guest_id.empty()) return {Owner::Kind::guest, context.guest_id};
  throw Error{ErrorCode::unauthenticated, "sign in, or name a guest's cart by X-Guest-Id"};
}

std::string json_of(const Cart& cart, const Desk& desk) {
  std::vector<std::string> ids;
  for (const auto& line : cart.lines) ids.push_back(line.product_id);
  const auto goods = ids.empty() ? std::vector<Goods>{} : desk.stock->look(ids);
  return chassis::to_json(priced(cart, goods, desk.currency));
}

/// Prices and stock change without the cart's doing, so the version alone would not do.
std::string tag_of(const std::string& json) {
  constexpr std::size_t digits = 32;
  return "\"" + chassis::sha256_hex(json).substr(0, digits) + "\"";
}

Response changed(const Cart& cart, const Desk& desk) {
  auto response = chassis::ok(json_of(cart, desk));
  response.headers.add("ETag", tag_of(response.body));
  return response;
}

Response get_cart(const Request& request, const Desk& desk) {
  auto response = chassis::ok(json_of(desk.carts->find(owner_of(request)), desk));
  const auto tag = tag_of(response.body);
  return chassis::with_etag(request, std::move(response), tag);
}

Response put_item(const Request& request, const Desk& desk) {
  const auto owner = owner_of(request);
  const auto& id = request.uuid("product_id");
  const auto draft = chassis::from_json<LineDraft>(chassis::json_body(request));
  const auto goods = desk.stock->look({id});
  if (goods.empty()) throw Error{ErrorCode::not_found, "no such product"};
  const auto& found = goods.front();
  return changed(desk.carts->put(owner, {id, found.name, draft.quantity, found.unit_price}), desk);
}

Response remove_item(const Request& request, const Desk& desk) {
  const auto owner = owner_of(request);
  desk.carts->remove(owner, request.uuid("product_id"));
  return chassis::no_content();
}

Response clear_cart(const Request& request, const Desk& desk) {
  desk.carts->clear(owner_of(request));
  return chassis::no_content();
}

Response merge_carts(const Request& request, const Desk& desk) {
  const auto draft = chassis::from_json<MergeDraft>(chassis::json_body(request));
  return changed(desk.carts->merge(draft.guest_id, request.caller().user_id), desk);
}

}  // namespace

chassis::Routes cart_routes(const std::shared_ptr<Carts>& carts,
                            const std::shared_ptr<Stock>& stock, const std::string& currency) {
  using chassis::Access;
  using chassis::Method;
  const Desk desk{carts, stock, currency};
  return {
      {Method::get, cart_path, Access::anyone,
       [=](const Request& request) { return get_cart(request, desk); }},
      {Method::del, cart_path, Access::anyone,
       [=](const Request& request) { return clear_cart(request, desk); }},
      {Method::put, item_path, Access::anyone,
       [=](const Request& request) { return put_item(request, desk); }},
      {Method::del, item_path, Access::anyone,
       [=](const Request& request) { return remove_item(request, desk); }},
      {Method::post, "/v1/cart/merge", Access::user,
       [=](const Request& request) { return merge_carts(request, desk); }},
  };
}

}  // namespace order
